"""What a build of the identity step costs when 1% of the calls are new, on DuckDB.

    .venv/bin/python bench/identity_increment.py --people 100000

Calls are made up by SQL: about three devices a person, a user id for half of them, an
e-mail for most, and one device in fifty lent to a neighbour. Then 1% more people come,
and 1% of the old ones on a new device. A build is `dbt run` of models/identity, in a
process of its own, on staging that is built before. `dbt itself` is the same with one
small model: what of each build is start-up. `models` adds up dbt's seconds of all
models, `graph` of those from clusters to owners, `loops` of components and ownership.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from measure import BIN, ROOT, Measured, run

from models import create, project

IDENTIFIES = """
insert into segment.identifies by name
select
    'i' || md5(person || ':' || device || ':' || call) as id,
    case when person % 2 = 0 and call % 2 = 1 then 'u' || md5(owner::varchar) end
        as user_id,
    'a' || md5(person || '.' || device) as anonymous_id,
    case when person % 10 < 7 and call % 4 = 2 then md5(person::varchar) || '@x.io' end
        as email,
    timestamp '{landed}' - interval 30 days + to_seconds(hash(person, device, call)
        % 2500000) as received_at,
    received_at as timestamp,
    received_at as uuid_ts
from (
    select
        person,
        device,
        call,
        case when device = 0 and call = 3 and person % 50 = 0 then person + 2
            else person end as owner
    from
        range({start}, {stop}) as people(person),
        range({devices}) as devices(device),
        range(4) as calls(call)
    where person % {every} = 0
)
"""
FIRST, SECOND = "2048-01-01", "2048-02-01"
IDENTITY = "models/identity"
LOOPS = ("components", "conflicts", "conflict_links", "ownership", "remainders")
GRAPH = (
    *("clusters", "identifiers", "set_nodes", "links", "person_mergers"),
    *("person_groups", "persons", "kiosks", "bridges", *LOOPS, "owners"),
)


def main() -> None:
    """Measure each size, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, action="append")
    parser.add_argument("--models", action="store_true", help="seconds of each model")
    arguments = parser.parse_args()
    for people in arguments.people or [20_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(people, Path(folder), each_model=arguments.models)


def measure(people: int, folder: Path, *, each_model: bool) -> None:
    """A full build, one with 1% new calls, and one with nothing new."""
    file = folder / "bench.duckdb"
    environment = project(folder, file)
    create(file)
    _land(file, 0, people, 3, 1, FIRST)
    run(_dbt(folder, "seed", FIRST), environment)
    print(f"\n{people:,} people, then 1% more")
    print(
        f"{'build':<18}{'seconds':>9}{'CPU s':>8}{'MB':>8}"
        f"{'models':>8}{'graph':>8}{'loops':>8}"
    )

    _step("full", folder, FIRST, environment, each_model)
    _land(file, people, people + people // 200, 3, 1, SECOND)
    _land(file, 0, people, 1, 200, SECOND, moved=7)
    some = _step("1% new", folder, SECOND, environment, each_model)
    _step("nothing new", folder, SECOND, environment, each_model)
    again = _step(
        "full again", folder, SECOND, environment, each_model, "--full-refresh"
    )
    itself = run(
        _dbt(folder, "run", SECOND, "--select", "stg_privacy__suppressions"),
        environment,
    )
    without = (some.cpu - itself.cpu) / (again.cpu - itself.cpu)
    print(
        f"1% new: {some.cpu / again.cpu:.0%} of the CPU of a full build, {without:.0%} "
        f"without the {itself.cpu:.1f} CPU s of dbt itself"
    )


def _land(
    file: Path,
    start: int,
    stop: int,
    devices: int,
    every: int,
    landed: str,
    moved: int = 0,
) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            IDENTIFIES.format(
                start=start, stop=stop, devices=devices, every=every, landed=landed
            ).replace("'.' || device", f"'.' || device + {moved}")
        )


def _dbt(folder: Path, command: str, day: str, *more: str) -> list[str]:
    return [
        *(str(BIN / "dbt"), "--quiet", command, "--project-dir", str(ROOT)),
        *("--vars", json.dumps({"as_of": f"{day} 12:00:00"})),
        *("--target-path", str(folder / "target"), "--log-path", str(folder)),
        *more,
    ]


def _step(
    name: str,
    folder: Path,
    day: str,
    environment: Mapping[str, str],
    each_model: bool,
    *more: str,
) -> Measured:
    run(_dbt(folder, "run", day, "--select", "models/staging"), environment)
    measured = run(_dbt(folder, "run", day, "--select", IDENTITY, *more), environment)
    took = _seconds(folder)
    sums = (
        sum(took.values()),
        sum(took[f"identity_{model}"] for model in GRAPH),
        sum(took[f"identity_{model}"] for model in LOOPS),
    )
    print(
        f"{name:<18}{measured.seconds:>9.1f}{measured.cpu:>8.1f}"
        f"{measured.megabytes:>8.0f}" + "".join(f"{each:>8.1f}" for each in sums),
        flush=True,
    )
    if each_model:
        for model, seconds in sorted(took.items(), key=lambda item: -item[1]):
            print(f"    {model:<40}{seconds:>7.2f}")
    return measured


def _seconds(folder: Path) -> Mapping[str, float]:
    """What each model took."""
    results = json.loads((folder / "target" / "run_results.json").read_text())
    return {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in results["results"]
    }


if __name__ == "__main__":
    main()
