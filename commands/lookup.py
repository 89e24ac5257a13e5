"""relyv lookup: from any identifier to its sessions."""

from typing import Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import out, print_json, table


def lookup(
    value: Annotated[
        str, typer.Argument(help="An e-mail, a user id, a CRM id, an anonymous id.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    limit: Annotated[int, typer.Option(min=1, help="At most so many sessions.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find the sessions of a person, newest first, with their replays."""
    from reports.lookup import look_up
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        found = look_up(warehouse, value, limit=limit)
    if as_json:
        print_json(found)
        return
    if not found:
        out.print("No session is known by that identifier.")
        raise typer.Exit(1)
    shown = table("started (UTC)", "score", "top signal", "found by", "replay")
    for session in found:
        score = session.frustration_score
        shown.add_row(
            f"{session.started_at:%Y-%m-%d %H:%M}",
            "-" if score is None else f"{score:.0f}",
            session.top_signal or "-",
            f"{session.identifier_type} ({session.stitch_rule})",
            session.replay_url or "-",
        )
    out.print(shown)
