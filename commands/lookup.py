"""relyv lookup: from any identifier to its sessions, and to the reasons of a score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import link, out, print_json, table

if TYPE_CHECKING:
    from reports.lookup import FoundPerson, FoundSession
    from reports.score import Explanation

Value = Annotated[
    str,
    typer.Argument(
        help="An e-mail, a user id, a phone, a CRM id, an anonymous id, a profile id."
    ),
]


def lookup(
    value: Value,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    limit: Annotated[int, typer.Option(min=1, help="At most so many sessions.")] = 20,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Also: what the person's score adds up from."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """
    Find the sessions of a person, newest first, with their replays.

    With --explain: the three sessions behind the score, what time has left of each, and
    the signals of the worst.
    """
    from reports.lookup import find_people, look_up
    from reports.score import explain_score
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        found = look_up(warehouse, value, limit=limit)
        people = find_people(warehouse, value)
        reasons = [
            explain_score(warehouse, person.profile_id) for person in people if explain
        ]
    if as_json:
        print_json(
            {"people": people, "sessions": found, "explanations": reasons}
            if explain
            else found
        )
        return
    for person in people:
        _print_person(person)
    if found:
        _print_sessions(found)
    else:
        out.print("No session is known by that identifier.")
    for reason in reasons:
        _print_explanation(reason)
    if explain and not people and found:
        out.print("Several people share it: no one score to explain.")
    if not found:
        raise typer.Exit(1)


def _print_person(person: "FoundPerson") -> None:
    score = "no score"
    if person.frustration_score is not None:
        score = f"score {person.frustration_score} ({person.frustration_band})"
    sessions = f"{person.sessions_count} session{'s'[: person.sessions_count != 1]}"
    out.print(f"{person.user_id or 'anonymous'} · {score} · {sessions} · ", end="")
    out.print(link(person.relyv_sessions_url))


def _print_sessions(found: Sequence["FoundSession"]) -> None:
    shown = table("started (UTC)", "score", "top signal", "found by", "replay")
    for session in found:
        score = session.frustration_score
        shown.add_row(
            f"{session.started_at:%Y-%m-%d %H:%M}",
            "-" if score is None else f"{score:.0f}",
            session.top_signal or "-",
            f"{session.identifier_type} ({session.stitch_rule})",
            link(session.replay_url),
        )
    out.print(shown)


def _print_explanation(why: "Explanation") -> None:
    left_out = ", ".join(f"{n} {reason}" for reason, n in why.left_out.items())
    if why.frustration_score is None:
        out.print("No score: no session of the last 90 days was scored.")
    elif not why.sessions:
        out.print("0: no scored session of the last 90 days shows a signal.")
    else:
        _print_parts(why)
    if left_out:
        out.print(f"Sessions that do not count: {left_out}.")


def _print_parts(why: "Explanation") -> None:
    out.print(
        f"\nWhy {why.frustration_score} ({why.frustration_band}), by definition "
        f"{why.definition_version}: the worst sessions of 90 days, as they have faded."
    )
    shown = table("session", "began (UTC)", "score", "days ago", "left", "x", "adds")
    for session in why.sessions:
        shown.add_row(
            session.session_id,
            f"{session.started_at:%Y-%m-%d %H:%M}",
            f"{session.frustration_score:.0f}",
            str(session.age_days),
            f"{session.decayed_score:.1f}",
            f"{session.weight:.2f}",
            f"{session.contribution:.1f}",
        )
    out.print(shown)
    out.print(f"What {why.sessions[0].session_id} scored, in its worst ten minutes:")
    shown = table("signal", "times", "points", "adds", "from - to (UTC)", "evidence")
    for part in why.worst_session:
        shown.add_row(
            part.signal_name,
            str(part.signal_count),
            f"{part.points.normalize():f}",
            f"{part.contribution:.1f}",
            f"{part.first_at:%H:%M:%S} - {part.last_at:%H:%M:%S}",
            part.evidence_event_ids.replace(",", ", "),
        )
    out.print(shown)
