"""relyv timeline: everything that is known to have happened to a person, in order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from commands.lookup import Value
from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import aside, link, out, print_json, table

if TYPE_CHECKING:
    from reports.timeline import Moment


def timeline(
    value: Value,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    limit: Annotated[int, typer.Option(min=1, help="At most so many moments.")] = 50,
    oldest: Annotated[
        bool, typer.Option("--oldest", help="The oldest first, not the newest.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """
    Tell what a person did, newest first: pages from before they were known, calls that
    named them, events of servers, and sessions with their replays.
    """
    from reports.lookup import find_people
    from reports.timeline import tell_timeline
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        people = [person.profile_id for person in find_people(warehouse, value)]
        moments = tell_timeline(warehouse, people, limit=limit + 1, oldest_first=oldest)
    if as_json:
        print_json(moments[:limit])
        return
    if not moments:
        out.print(
            "Nobody is known by that identifier alone. If several people share it, "
            "`relyv lookup` shows the sessions on it."
        )
        raise typer.Exit(1)
    _print_moments(moments[:limit], len(people))
    if len(moments) > limit:
        aside.print(f"There are more: --limit {limit * 4} shows them.")


def _print_moments(moments: Sequence["Moment"], people: int) -> None:
    several = ("person",) if people > 1 else ()
    shown = table("when (UTC)", "what", "", "known as", "where", *several)
    for moment in moments:
        person = (moment.profile_id[:8],) if several else ()
        shown.add_row(
            f"{moment.occurred_at:%Y-%m-%d %H:%M:%S}",
            moment.moment_type,
            _told(moment),
            moment.user_id or "-",
            link(moment.replay_url or moment.url),
            *person,
        )
    out.print(shown)


def _told(moment: "Moment") -> Text:
    """The title of a call; of a session its length, its score and its worst signal."""
    if moment.moment_type != "session":
        return Text(moment.title or "-")
    parts = []
    if moment.ended_at:
        minutes = (moment.ended_at - moment.occurred_at).total_seconds() / 60
        parts.append(f"{minutes:.0f} min")
    if moment.frustration_score is not None:
        parts.append(f"score {moment.frustration_score:.0f}")
    if moment.top_signal:
        parts.append(moment.top_signal)
    return Text(", ".join(parts) or "-")
