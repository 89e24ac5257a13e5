"""What it costs to say who is who: the loop and the whole step, beside scipy.

    .venv/bin/python bench/identity.py --edges 1000000

Components of a realistic graph and of those that loops are slow on, by the loop of
macros/solved_components.sql in a dbt run, and by scipy's C routine
with load and store, each in a process of its own on the same DuckDB file with 4 GB and
two threads. Then the whole identity step from raw calls, and again with 1% more of
them: beside scipy on the links that it made, and beside a bare script that reads the
same calls, links them, and writes who each identifier and each event is. `--postgres
2000000` adds the loop on a PostgreSQL of its own. `loop` is what dbt says the model
took; the other seconds and megabytes are the process's, start-up included. Needs
scipy: pip install -c constraints.txt -e '.[bench]'.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from by_scipy import OF_CALLS, OF_LINKS
from graphs import GRAPHS, graph
from measure import BIN, ROOT, Measured, python, run

from models import create

sys.path.insert(0, str(ROOT))

from tests.postgres_server import own_server

MODEL = """{{ config(materialized='connected_components') }}
select node_a, node_b from bench.links
"""
# Two in five calls name a user on one of their three browsers, a quarter of these with
# an e-mail; one in fifty of them is on somebody else's browser. The rest look around.
CALLS = """
insert into segment.identifies by name
select
    'c' || md5(i::varchar) as id,
    case when i % 5 < 2 then 'u' || md5((i // 15)::varchar) end as user_id,
    'a' || md5((case when i % 50 = 0 then i * 7919 % {stop} else i end // 5)::varchar)
        as anonymous_id,
    case when i % 20 < 2 then 'u' || i // 15 || '@x.io' end as email,
    timestamp '2026-01-01' + to_seconds(i) as received_at,
    received_at as "timestamp",
    received_at as uuid_ts
from range({start}, {stop}) as numbers(i)
"""
STEP = ("models/staging", "models/identity")


def main() -> None:
    """Measure, and print a line for each graph and each build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--path", type=int, default=100_000, help="edges of the paths")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--postgres", type=int, default=0, help="edges there")
    size = parser.parse_args()
    print(f"{'':<24}{'loop s':>8}{'CPU s':>8}{'MB':>7}{'rounds':>8}{'statements':>12}")
    for name in GRAPHS:
        edges = size.path if name.startswith("path") else size.edges
        with _folder() as folder:
            on_duckdb(folder, name, edges)
    if size.postgres:
        with _folder() as folder:
            on_postgres(folder, size.postgres)
    with _folder() as folder:
        whole_step(folder, size.calls)


def on_duckdb(folder: Path, name: str, edges: int) -> None:
    """One graph by the loop and by scipy; they must agree."""
    file = folder / "graph.duckdb"
    numbers = f"select range as i from range({edges})"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema bench")
        connection.execute(f"create table bench.links as {graph(name, edges, numbers)}")
    _write_project(folder, _duckdb_output(folder, file))
    looped = _dbt(folder, folder, "run")
    _line(f"{name}, {edges:,}", looped, folder)
    routine = python(OF_LINKS, str(file), "bench.links")
    _plain("  scipy", routine)
    _compare(file, "bench.components")
    print(
        f"  ratio: {_seconds(folder) / routine.seconds:.2f} of the seconds, "
        f"{looped.megabytes / routine.megabytes:.2f} of the memory",
        flush=True,
    )


def on_postgres(folder: Path, edges: int) -> None:
    """The realistic graph, in a server of its own."""
    with own_server() as server, server.database("bench") as settings:
        import psycopg

        names = ("host", "port", "user", "password", "dbname")
        login = {name: settings[name] for name in names}
        numbers = f"select i from generate_series(0::bigint, {edges} - 1) as g(i)"
        with psycopg.connect(**login) as connection:  # type: ignore[arg-type]
            connection.execute("create schema bench")
            made = f"create table bench.links as {graph('realistic', edges, numbers)}"
            connection.execute(made)  # type: ignore[call-overload]
            connection.execute("analyze bench.links")
        _write_project(folder, {**settings, "schema": "bench", "threads": 2})
        _line(f"PostgreSQL, {edges:,}", _dbt(folder, folder, "run"), folder)


def whole_step(folder: Path, calls: int) -> None:
    """Staging and identity from raw calls: all, then with 1% more, then all of it."""
    file = folder / "graph.duckdb"
    _write_profile(folder, _duckdb_output(folder, file))
    create(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema if not exists bench")
    _land(file, 0, calls)
    _dbt(folder, ROOT, "seed")
    full = _dbt(folder, ROOT, "run", "--select", *STEP)
    _line(f"step, {calls:,} calls", full, folder)
    routine = python(OF_LINKS, str(file), "bench_identity.identity_bridges")
    _plain("  scipy on its links", routine)
    _compare(file, "bench_identity.identity_components")
    bare = python(OF_CALLS, str(file))
    _plain("  a bare script", bare)
    for name, other in {"scipy": routine, "the bare script": bare}.items():
        print(
            f"  ratio to {name}: {full.seconds / other.seconds:.1f} of the seconds, "
            f"{full.cpu / other.cpu:.1f} of the CPU",
            flush=True,
        )
    _land(file, calls, calls + calls // 100)
    more = _dbt(folder, ROOT, "run", "--select", *STEP)
    _line("  1% more", more, folder)
    print(f"  ratio: {more.cpu / full.cpu:.2f} of the CPU of a full build", flush=True)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _duckdb_output(folder: Path, file: Path) -> Mapping[str, Any]:
    settings = {"memory_limit": "4GB", "temp_directory": str(folder / "spill")}
    return {
        **{"type": "duckdb", "path": str(file), "schema": "bench", "threads": 2},
        "settings": settings,
    }


def _write_profile(folder: Path, output: Mapping[str, Any]) -> None:
    profile = {"relyv_segment": {"target": "demo", "outputs": {"demo": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))


def _write_project(folder: Path, output: Mapping[str, Any]) -> None:
    """A project of one model, with the macros of this one."""
    _write_profile(folder, output)
    (folder / "models").mkdir()
    (folder / "models" / "components.sql").write_text(MODEL)
    (folder / "macros").symlink_to(ROOT / "macros")
    project = {"name": "relyv_segment", "profile": "relyv_segment"}
    (folder / "dbt_project.yml").write_text(json.dumps(project))


def _dbt(folder: Path, project: Path, *arguments: str) -> Measured:
    (folder / "dbt.log").unlink(missing_ok=True)
    return run(
        [
            *(str(BIN / "dbt"), "--quiet", *arguments, "--project-dir", str(project)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder)),
        ],
        {**os.environ, "DBT_PROFILES_DIR": str(folder)},
    )


def _land(file: Path, start: int, stop: int) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(CALLS.format(start=start, stop=stop))


def _compare(file: Path, components: str) -> None:
    """Both must have the same nodes in the same company."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            "select count(*), count(ours.node), count(distinct ours.component),"
            " count(distinct theirs.component),"
            " count(distinct (ours.component, theirs.component))"
            f" from {components} as ours"
            " full join bench.by_scipy as theirs on ours.node = theirs.node"
        ).fetchone()
    assert found
    assert found[0] == found[1], found
    assert len({*found[2:]}) == 1, found


def _seconds(folder: Path) -> float:
    results = json.loads((folder / "target" / "run_results.json").read_text())
    return float(sum(result["execution_time"] for result in results["results"]))


def _line(name: str, measured: Measured, folder: Path) -> None:
    log = (folder / "dbt.log").read_text()
    rounds = max(map(int, re.findall(r"components__pointers_(\d+)_0", log)), default=0)
    statements = len(re.findall(r"On model\.relyv_segment\.\w*components: ", log))
    print(
        f"{name:<24}{_seconds(folder):>8.1f}{measured.cpu:>8.1f}"
        f"{measured.megabytes:>7.0f}{rounds:>8}{statements:>12}",
        flush=True,
    )


def _plain(name: str, measured: Measured) -> None:
    print(
        f"{name:<24}{measured.seconds:>8.1f}{measured.cpu:>8.1f}"
        f"{measured.megabytes:>7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
