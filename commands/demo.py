"""relyv demo: the whole flow on a laptop, three times, and what came of it."""

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.options import HERE, ProjectDir
from commands.screen import bar, out, table

if TYPE_CHECKING:
    from reports.account import Account
    from simulation import World
    from sync import RunReport

TARGET = "demo"


def demo(
    project_dir: ProjectDir = HERE,
    people: Annotated[int, typer.Option(min=10, help="How many people.")] = 300,
    days: Annotated[int, typer.Option(min=1, help="Days of history.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed is the same world.")] = 1,
) -> None:
    """
    Run the whole flow on this laptop, with nothing but this project.

    A simulated world lands in a DuckDB file, dbt builds the models, and the first sync
    sends to the bundled sandbox. Then the world moves on, and a second run sends only
    what changed; a third sends nothing. An earlier demo's warehouse is replaced.
    """
    from commands.simulate import yesterday
    from simulation import World

    end = yesterday()
    folder = project_dir / "target" / "demo"
    _start_over(project_dir, folder)
    with ExitStack() as stack:
        _start_sandbox(stack)
        _simulate(folder, World(people=people, days=days, seed=seed, end=end))
        landed = [_land(project_dir, folder / "raw", "Landing the history")]
        runs = [_build_and_sync(project_dir, end, "first run")]
        landed.append(_land(project_dir, folder / "later", "Landing the next day"))
        moved_on = end + timedelta(days=1)
        runs.append(_build_and_sync(project_dir, moved_on, "second run"))
        runs.append(_build_and_sync(project_dir, moved_on, "third run"))
        account = _account(project_dir)
    _write_json(project_dir, landed, runs, account)
    _print_account(landed, runs, account)


def _start_over(project_dir: Path, folder: Path) -> None:
    """Replace an earlier demo's warehouse, and with it its ledger; touch no other."""
    from warehouse import ProfileError, read_profile

    profile = read_profile(project_dir, TARGET)
    path = project_dir / str(profile.settings["path"])
    marker = path.with_name(path.name + ".demo")
    if path.exists() and not marker.exists():
        raise ProfileError(
            f"{path.name} is there, and no demo made it. Move it away, or name another "
            "file in RELYV_DUCKDB_PATH."
        )
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    marker.write_text("The next `relyv demo` replaces the file beside this one.\n")


def _start_sandbox(stack: ExitStack) -> None:
    from tracking.sandbox.process import sandbox_process

    os.environ["RELYV_SANDBOX_URL"] = stack.enter_context(sandbox_process())


def _simulate(folder: Path, world: "World") -> None:
    from simulation import simulate

    with bar(f"Simulating {world.people:,} people", world.people) as shown:
        simulate(world, folder, on_progress=shown.at)


def _land(project_dir: Path, folder: Path, what: str) -> int:
    from landing import land
    from warehouse import open_warehouse

    with open_warehouse(project_dir, TARGET) as warehouse, bar(what) as shown:
        report = land(
            warehouse,
            [folder],
            on_progress=lambda step: shown.at(step.bytes, step.bytes_total),
        )
    return report.landed


def _build_and_sync(
    project_dir: Path, as_of: datetime, what: str
) -> "Sequence[RunReport]":
    from orchestration.dbt import build
    from sync import read_syncs, run_sync
    from warehouse import open_warehouse

    with bar(f"dbt build, {what}") as shown:
        build(
            project_dir,
            target=TARGET,
            variables={"as_of": f"{as_of:%Y-%m-%d %H:%M:%S}"},
            on_progress=shown.at,
        )
    reports = []
    with open_warehouse(project_dir, TARGET) as warehouse:
        manifest = project_dir / "target" / "manifest.json"
        syncs = read_syncs(manifest, kind=warehouse.kind, schema=warehouse.schema)
        for sync in syncs.values():
            with bar(f"{sync.name}, {what}") as shown:
                reports.append(
                    run_sync(
                        warehouse,
                        sync,
                        on_progress=lambda rows, step: shown.at(
                            step.settled_through, rows
                        ),
                    )
                )
    return reports


def _account(project_dir: Path) -> "Account":
    from reports.account import give_account
    from warehouse import open_warehouse

    with open_warehouse(project_dir, TARGET) as warehouse:
        return give_account(warehouse)


def _totals(reports: "Sequence[RunReport]") -> dict[str, int]:
    return {
        "calls": sum(report.counts.total for report in reports),
        "added": sum(report.counts.added for report in reports),
        "changed": sum(report.counts.changed for report in reports),
        "removed": sum(report.counts.removed for report in reports),
        "rejected": sum(report.rejected for report in reports),
    }


def _write_json(
    project_dir: Path,
    landed: Sequence[int],
    runs: "Sequence[Sequence[RunReport]]",
    account: "Account",
) -> None:
    import dataclasses

    import orjson

    facts: dict[str, Any] = {
        "landed": sum(landed),
        **dataclasses.asdict(account),
        "runs": [_totals(reports) for reports in runs],
    }
    path = project_dir / "target" / "demo.json"
    path.write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))


def _print_account(
    landed: Sequence[int], runs: "Sequence[Sequence[RunReport]]", account: "Account"
) -> None:
    out.print("What happened", style="bold")
    out.print(f"Rows landed             {landed[0]:>8,}, then {landed[1]:,}")
    out.print(
        f"Profiles                {account.profiles:>8,}, "
        f"{account.known_profiles:,} of them known by a user id"
    )
    out.print(
        f"Sessions                {account.sessions:>8,}, "
        f"{account.stitched_retroactively:,} stitched to a person retroactively"
    )
    out.print("\nMost frustrated, and what their worst session adds up from:")
    for person in account.most_frustrated:
        why = ", ".join(
            f"{reason.signal_count} x {reason.signal_name} ({reason.contribution:.0f})"
            for reason in person.reasons
        )
        out.print(f"  {person.user_id}  {person.frustration_score:.1f}  {why}")
    out.print()
    _print_runs(runs)
    third = _totals(runs[-1])["calls"]
    why = "nothing had changed" if third == 0 else "it should have sent none"
    out.print(f"The third run sent {third} calls: {why}.")
    out.print("\nNext, try:")
    for person in account.most_frustrated[:1]:
        out.print(f"  .venv/bin/relyv lookup {person.user_id} --explain")
        out.print(f"  .venv/bin/relyv timeline {person.user_id}")
    out.print("  .venv/bin/relyv sync status")
    out.print(
        "  .venv/bin/relyv identity report --truth target/demo/truth.jsonl.gz",
        soft_wrap=True,
    )


def _print_runs(runs: "Sequence[Sequence[RunReport]]") -> None:
    shown = table("sync", "run", "call", "added", "changed", "removed", "rejected")
    for number, reports in enumerate(runs, start=1):
        for report in reports:
            counts = report.counts
            numbers = (counts.added, counts.changed, counts.removed, report.rejected)
            shown.add_row(
                report.sync,
                str(number),
                report.call,
                *(f"{value:,}" for value in numbers),
            )
        shown.add_section()
    out.print(shown)
