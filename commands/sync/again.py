"""What was sent before, once more: all of a sync, or some days of it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.sync.choice import IN_TARGET, Name, TargetPath, chosen_syncs
from commands.sync.look import print_preview
from commands.sync.send import AcceptBuild, AcceptGuard, run_all

if TYPE_CHECKING:
    from sync import RunOptions


NewIds = Annotated[
    bool,
    typer.Option(
        help="Give events new messageIds, so that Segment takes them a second time."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def resync(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
    new_ids: NewIds = False,
    accept_guard: AcceptGuard = False,
    accept_build: AcceptBuild = False,
    yes: Yes = False,
) -> None:
    """
    Send every row of a sync again, removals included. Shows the plan and asks first.

    An unfinished plan is closed before it. What was rejected is tried again.
    """
    from sync import Again, RunOptions

    again = Again(new_ids=new_ids)
    _send_again(
        name,
        target,
        project_dir,
        target_path,
        RunOptions(again=again, accept_guard=accept_guard, accept_build=accept_build),
        yes=yes,
        as_json=as_json,
    )


def backfill(
    name: Name,
    since: Annotated[
        datetime, typer.Option("--from", help="From this UTC date or time on.")
    ],
    until: Annotated[
        datetime, typer.Option("--to", help="Before this UTC date or time.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
    only_destination: Annotated[
        str | None,
        typer.Option(help="Segment passes the calls on to this destination only."),
    ] = None,
    new_ids: NewIds = False,
    accept_guard: AcceptGuard = False,
    accept_build: AcceptBuild = False,
    yes: Yes = False,
) -> None:
    """
    Send an event sync's rows of a range of dates again. Shows the plan and asks first.

    The calls keep their messageIds: what Segment took within 24 hours it takes once.
    """
    from sync import Again, RunOptions

    again = Again(
        since=since, until=until, new_ids=new_ids, only_destination=only_destination
    )
    _send_again(
        name,
        target,
        project_dir,
        target_path,
        RunOptions(again=again, accept_guard=accept_guard, accept_build=accept_build),
        yes=yes,
        as_json=as_json,
    )


def _send_again(
    name: str,
    target: str | None,
    project_dir: Path,
    target_path: Path,
    options: "RunOptions",
    *,
    yes: bool,
    as_json: bool,
) -> None:
    from sync.look.preview import preview_sync
    from warehouse import open_warehouse

    if not yes:
        with open_warehouse(project_dir, target) as warehouse:
            (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
            print_preview(preview_sync(warehouse, sync, options.again))
        typer.confirm("Send this?", abort=True)
    run_all([name], target, project_dir, target_path, options, as_json=as_json)
