"""Runs: what changed leaves for Segment."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.garbage import rarely_collected
from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import bar, out, print_json, table
from commands.signals import interruptible
from commands.sync.choice import IN_TARGET, Names, TargetPath, chosen_syncs

if TYPE_CHECKING:
    from sync import RunOptions, RunReport, Sync
    from warehouse import Warehouse

AcceptGuard = Annotated[
    bool, typer.Option(help="Send although the plan is beyond the guard.")
]
AcceptBuild = Annotated[
    bool,
    typer.Option(
        help="Send although a dbt test failed, or the model was edited or not built."
    ),
]


def run(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
    accept_guard: AcceptGuard = False,
    accept_build: AcceptBuild = False,
    accept_duplicates: Annotated[
        bool,
        typer.Option(
            help="Finish a plan that is older than Segment's memory of messageIds."
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only the row with this key; can be repeated."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Send so many calls at most: a trial.")
    ] = None,
    start_afresh: Annotated[
        bool, typer.Option(help="Go on after the ledger was lost: all rows are new.")
    ] = False,
) -> None:
    """
    Send what changed since Segment last confirmed it.

    Only syncs whose exposure names the target send anything. Exit codes: 0 done,
    1 some rows were rejected, 2 could not run, 3 a guard stopped the plan, 4 somebody
    else is at it, 5 no clear answer from Segment: run again, nothing is lost.
    """
    from sync import RunOptions, Trial

    is_trial = only or limit is not None
    options = RunOptions(
        trial=Trial(only=tuple(only or ()), limit=limit) if is_trial else None,
        accept_guard=accept_guard,
        accept_build=accept_build,
        accept_duplicates=accept_duplicates,
        start_afresh=start_afresh,
    )
    run_all(names, target, project_dir, target_path, options, as_json=as_json)


def retry(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
    accept_build: AcceptBuild = False,
) -> None:
    """
    Run, and take up again what was rejected before.

    A plain run leaves a rejected row alone until it changes.
    """
    from sync import RunOptions

    options = RunOptions(retry_rejected=True, accept_build=accept_build)
    run_all(names, target, project_dir, target_path, options, as_json=as_json)


def run_all(
    names: Names,
    target: str | None,
    project_dir: Path,
    target_path: Path,
    options: "RunOptions",
    *,
    as_json: bool,
) -> None:
    """Run each, show what it did, and end with the gravest exit code."""
    from sync.plan.opt_out import close_opted_out
    from warehouse import RelyvError, open_warehouse

    reports: list[RunReport] = []
    failures: list[RelyvError] = []
    with open_warehouse(project_dir, target) as warehouse, interruptible():
        chosen = chosen_syncs(warehouse, project_dir, target_path, names)
        ready = [s for s in chosen if names or s.sends_in(warehouse.target)]
        silent = [s for s in chosen if s not in ready]
        closed = []
        for sync in silent:
            try:
                closed += [sync.name] if close_opted_out(warehouse, sync) else []
            except RelyvError as error:
                failures.append(error)
        for sync in ready:
            try:
                reports.append(run_one(warehouse, sync, options))
            except RelyvError as error:
                failures.append(error)
    if as_json:
        print_json({report.sync: report for report in reports})
    else:
        _print_runs(reports, silent=len(silent))
        for name in closed:
            out.print(f"{name} was opted out: its unfinished plan was closed.")
    for failure in failures:
        typer.secho(str(failure), fg="red", err=True)
    codes = [*(r.exit_code for r in reports), *(f.exit_code for f in failures)]
    raise typer.Exit(max(codes, default=0))


def run_one(warehouse: "Warehouse", sync: "Sync", options: "RunOptions") -> "RunReport":
    """Run a sync with its progress shown."""
    from sync import run_sync

    with bar(f"{sync.name}") as shown, rarely_collected():
        return run_sync(
            warehouse,
            sync,
            options,
            on_progress=lambda rows, progress: shown.at(progress.settled_through, rows),
        )


def _print_runs(reports: "Sequence[RunReport]", *, silent: int) -> None:
    shown = table("sync", "call", "added", "changed", "removed", "rejected", "seconds")
    for report in reports:
        counts = report.counts
        numbers = (counts.added, counts.changed, counts.removed, report.rejected)
        shown.add_row(
            report.sync,
            report.call,
            *(f"{number:,}" for number in numbers),
            f"{sum(report.seconds.values()):.1f}",
        )
    out.print(shown)
    for report in reports:
        if report.resumed_plan is not None:
            out.print(f"{report.sync}: plan {report.resumed_plan} was finished first.")
        if report.closed_plan is not None:
            out.print(
                f"{report.sync}: plan {report.closed_plan} was closed before its end, "
                f"because of {', '.join(f'`{name}`' for name in report.closed_by)}. "
                f"{report.in_doubt:,} of its rows were told again, since Segment may "
                "or may not know of them."
            )
        if report.held:
            out.print(
                f"{report.sync}: {report.held:,} changes wait until their people are "
                "active again."
            )
        if report.flagged:
            out.print(
                f"{report.sync}: {report.flagged:,} calls left although they violate "
                "the tracking plan."
            )
    if silent:
        out.print(f"{silent} syncs are not opted in here and sent nothing.")
