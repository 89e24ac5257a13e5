"""How well sessions on shared devices find their people, by the vars that decide it.

    .venv/bin/python bench/shared_devices.py --people 4000 --seeds 5 6 7 8
    .venv/bin/python bench/shared_devices.py --seeds 5 6 --line "as it is"

Pairwise F1 over sessions as a share of what an oracle has that knows who holds the
device, in a simulated world of each seed. A world is landed and built once, and its
sessions once more for each line. What is found is told at once, and as a table at last.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).parents[1]))

from landing import land
from reports.identity import report_identity
from reports.identity.methods import ORACLE, OURS
from simulation import World, simulate
from simulation.world import Kind
from tests.dbt_runs import run_dbt
from tests.identity.simulated import END, SEEDS, STEPS
from tests.warehouses import Place, duckdb_place

Variables = dict[str, Any]
BUILD = ("build", "--exclude-resource-type", "unit_test", "test", "--select")
LINES: dict[str, Variables] = {
    "as it is": {},
    **{
        f"a pause of {minutes} minutes": {"sitting_pause_minutes": minutes}
        for minutes in (30, 45, 90, 120)
    },
    "one hour at most": {"shared_device_max_hours": 1},
    "the previous user first": {"shared_device_policy": "previous_then_next"},
    "no guess from a login": {"shared_device_policy": "anonymous"},
    "forgotten after two logins": {"forgetful_device_logins": 2},
    "never forgotten": {"forgetful_device_logins": None},
}


def main() -> None:
    """Build, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[5])
    parser.add_argument("--world", choices=get_args(Kind), default="shared")
    parser.add_argument("--line", choices=LINES, action="append", help="All if none")
    asked = parser.parse_args()
    shares: dict[str, list[float]] = {line: [] for line in asked.line or LINES}
    for seed in asked.seeds:
        size = World(people=asked.people, days=30, seed=seed, end=END, kind=asked.world)
        with _built(size) as (place, folder):
            for line, found in shares.items():
                found.append(_share(place, folder, LINES[line]))
                print(f"seed {seed}, {line}: {found[-1]:.3f}", file=sys.stderr)
    print(f"{'':<28}{''.join(f'{seed:>7}' for seed in asked.seeds)}{'mean':>7}")
    for line, found in shares.items():
        mean = sum(found) / len(found)
        print(f"{line:<28}{''.join(f'{share:7.3f}' for share in (*found, mean))}")


@contextmanager
def _built(world: World) -> Iterator[tuple[Place, Path]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(world, folder / "world")
        with duckdb_place(folder) as place:
            with place.open(folder) as warehouse:
                land(warehouse, [folder / "world/raw"])
            _dbt(folder, {}, *SEEDS, *STEPS)
            yield place, folder


def _share(place: Place, folder: Path, variables: Variables) -> float:
    if variables:
        _dbt(folder, variables, "models/sessions")
    with place.open(folder) as warehouse:
        report = report_identity(warehouse, truth=folder / "world/truth.jsonl.gz")
    f1 = {method: found.pairwise.f1 for method, found in report.accuracy.items()}
    return f1[OURS] / f1[ORACLE]


def _dbt(folder: Path, variables: Variables, *selected: str) -> None:
    run_dbt(folder, *BUILD, *selected, as_of=f"{END:%Y-%m-%d %H:%M:%S}", **variables)


if __name__ == "__main__":
    main()
