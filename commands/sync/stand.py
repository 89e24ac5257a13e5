"""Where each sync stands, and whether it may go on."""

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
    from sync.look.status import orphans, read_status
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
            f"{name} is no exposure any more: what it sent stays in Segment. `relyv "
            f"sync forget {name} --clear` shows what would take it back, sends that if "
            "you say so, and drops what the ledger keeps. Without `--clear` Segment is "
            "left as it is.",
            markup=False,
        )


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
