"""Simulated worlds in a warehouse, built up to the sessions."""

from datetime import datetime
from pathlib import Path

from landing import land
from reports.identity import IdentityReport, report_identity
from simulation import World, simulate
from simulation.world import Kind
from tests.dbt_runs import run_dbt
from tests.warehouses import Place

END = datetime(2026, 1, 31)  # noqa: DTZ001 - the warehouse holds naive UTC
STEPS = ("models/staging", "models/identity", "models/sessions", "tests/dbt/identity")
SEEDS = ("identifier_types", "blocked_values", "identity_overrides")


def report_on(
    kind: Kind, place: Place, folder: Path, *, people: int, days: int
) -> IdentityReport:
    """Simulate, land, build and report; the invariants of the graph are tested, too."""
    world = folder / "world"
    simulate(World(people=people, days=days, seed=5, end=END, kind=kind), world)
    with place.open(folder) as warehouse:
        land(warehouse, [world / "raw"])
    run_dbt(
        folder,
        "build",
        *("--exclude-resource-type", "unit_test"),
        *("--indirect-selection", "buildable"),
        *("--select", *SEEDS, *STEPS),
        as_of=f"{END:%Y-%m-%d %H:%M:%S}",
    )
    with place.open(folder) as warehouse:
        return report_identity(warehouse, truth=world / "truth.jsonl.gz")
