"""Where each sync stands, and whether it may go on."""

from typing import Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import out, print_json, table
from commands.sync.choice import IN_TARGET, Name, Names, TargetPath, chosen_syncs


def status(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
) -> None:
    """Show where each sync stands: confirmed, rejected, unfinished, last run."""
    from sync import read_status
    from sync.status import orphans
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        chosen = chosen_syncs(warehouse, project_dir, target_path, names)
        found = [read_status(warehouse, sync) for sync in chosen]
        left = [] if names else orphans(warehouse, chosen)
    if as_json:
        print_json({each.sync: each for each in found})
        return
    shown = table("sync", "call", "confirmed", "rejected", "left", "last run (UTC)")
    for each in found:
        last = each.last_outcome if each.sends_here else "not opted in"
        last = "paused, " + last if each.is_paused else last
        at = f" {each.last_run_at:%m-%d %H:%M}" if each.last_run_at else ""
        counts = (each.confirmed, each.rejected, each.remaining)
        shown.add_row(
            each.sync, each.call, *(f"{count:,}" for count in counts), last + at
        )
    out.print(shown)
    for name in left:
        out.print(
            f"{name} is no exposure any more: what it sent stays in Segment. To clear "
            "it, put the exposure back on an empty model and run it, with "
            "`--accept-guard`. Then, or to leave Segment as it is: `relyv sync forget "
            f"{name}`.",
            markup=False,
        )


def forget(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """
    Drop what the ledger keeps of a sync whose exposure was removed. Asks first.

    What it sent stays in Segment, and nothing can clear it from here afterwards.
    """
    from sync import Ledger
    from sync.forget import forget as drop
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        known = [
            s.name for s in chosen_syncs(warehouse, project_dir, target_path, None)
        ]
        if not yes:
            typer.confirm(
                f"Forget all that {name} has sent? It stays in Segment.", abort=True
            )
        drop(Ledger(warehouse), name, known)
    out.print(f"{name} is forgotten.")


def pause(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
) -> None:
    """Let no run of a sync send anything, wherever it is scheduled, until `resume`."""
    from sync import Ledger
    from sync import pause as stop
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
        stop(Ledger(warehouse), sync)
    out.print(f"{name} is paused.")


def resume(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
) -> None:
    """Let a paused sync run again. An unfinished plan goes on where it stood."""
    from sync import Ledger
    from sync import resume as go_on
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
        go_on(Ledger(warehouse), sync)
    out.print(f"{name} runs again: by its schedule, or with `relyv sync run {name}`.")
