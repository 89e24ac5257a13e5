"""What a sync costs: CPU seconds, wall seconds and peak memory of `relyv sync run`.

    .venv/bin/python bench/sync.py --rows 100000 --rows 1000000

The model has seven columns, a message about 370 bytes. Each run is the command that a
person would run, start-up included, in a process of its own; the receiver is the
sandbox, in another. Baselines of the same run: Segment's own Python library, called
once a row with a queue that holds them all; and a bare script that compares two tables
in full.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from measure import BIN, Measured, python, run

from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

MODEL = """
create or replace table bench_syncs.people as
select
    'user-' || i as user_id,
    (i % 101)::integer as frustration_score,
    case when i % 3 = 0 then 'high' else 'low' end as frustration_band,
    'https://app.relyv.example/replays/' || md5(i::varchar) as last_replay_url,
    timestamp '2026-01-01' + to_seconds(i % 8640000) as last_replay_at,
    i % 7 as sessions_count,
    (i % 1000) / 8 as hours_watched
from range({rows}) as numbers(i)
"""
ONE_PERCENT = """
update bench_syncs.people set frustration_score = 200
where hash(user_id) % 100 = 0
"""
LIBRARY = """
import duckdb, sys
from segment.analytics import Client
client = Client("bench-write-key-000000000000000000", host=sys.argv[2], gzip=True,
                max_queue_size=100_000_000)
connection = duckdb.connect(sys.argv[1], read_only=True)
found = connection.execute("from bench_syncs.people")
names = [column[0] for column in found.description]
while rows := found.fetchmany(5000):
    for row in rows:
        traits = dict(zip(names, row))
        client.identify(traits.pop("user_id"), traits)
client.flush()
client.join()
"""
DIFF = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("create temp table sent as from bench_syncs.people")
connection.execute(
    "select count(*) from bench_syncs.people as model full join sent "
    "on model.user_id = sent.user_id where model is distinct from sent"
).fetchall()
"""
COLUMNS = {
    "user_id": "varchar",
    "frustration_score": "integer",
    "frustration_band": "varchar",
    "last_replay_url": "varchar",
    "last_replay_at": "timestamp",
    "sessions_count": "bigint",
    "hours_watched": "double",
}
SYNC = {
    "targets": ["demo"],
    "call": "identify",
    "key": "user_id",
    "user_id": "user_id",
    "fields": [name for name in COLUMNS if name != "user_id"],
    "guard": {"removed_percent": 100, "calls": 1_000_000_000},
}
MANIFEST = {
    "metadata": {"adapter_type": "duckdb"},
    "nodes": {
        "model.bench.people": {
            "resource_type": "model",
            "name": "people",
            "alias": "people",
            "schema": "bench_syncs",
            "config": {"contract": {"enforced": True}},
            "columns": {
                name: {"name": name, "data_type": kind, "config": {"meta": {}}}
                for name, kind in COLUMNS.items()
            },
        }
    },
    "exposures": {
        "exposure.bench.people": {
            "name": "people",
            "original_file_path": "bench/sync.py",
            "config": {"meta": {"segment_sync": SYNC}},
            "depends_on": {"nodes": ["model.bench.people"]},
        }
    },
}


def main() -> None:
    """Measure each size, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append")
    for rows in parser.parse_args().rows or [100_000]:
        with tempfile.TemporaryDirectory() as folder, sandbox_process() as sandbox:
            measure(rows, Path(folder), sandbox)


def measure(rows: int, folder: Path, sandbox: str) -> None:
    """A first run, one without a change, and one after 1% of the rows have changed."""
    file = folder / "bench.duckdb"
    environment = _project(folder, file, sandbox)
    _sql(file, "create schema bench_syncs", MODEL.format(rows=rows))
    print(f"\n{rows:,} rows")
    print(f"{'run':<18}{'calls':>10}{'seconds':>9}{'CPU s':>7}{'MB':>6}  baseline")

    library = python(LIBRARY, str(file), sandbox)
    sent = _accepted(sandbox)
    if sent != rows:
        print(f"(the library lost {rows - sent:,} rows)")
    first = _sync(environment)
    calls = _accepted(sandbox) - sent
    _line("first", calls, first, "library", library)
    print(
        f"  events per CPU second: {calls / first.cpu:,.0f}, "
        f"the library {rows / library.cpu:,.0f}"
    )
    bare = python(DIFF, str(file))
    before = _accepted(sandbox)
    unchanged = _sync(environment)
    _line("nothing changed", _accepted(sandbox) - before, unchanged, "diff", bare)
    _sql(file, ONE_PERCENT)
    changed = _sync(environment)
    _line("1% changed", _accepted(sandbox) - before, changed, "diff", bare)


def _project(folder: Path, file: Path, sandbox: str) -> Mapping[str, str]:
    output = {"type": "duckdb", "path": str(file), "schema": "bench", "threads": 2}
    profile = {"bench": {"target": "demo", "outputs": {"demo": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    (folder / "dbt_project.yml").write_text("profile: bench")
    (folder / "target").mkdir()
    (folder / "target" / "manifest.json").write_text(json.dumps(MANIFEST))
    return {
        **os.environ,
        "DBT_PROFILES_DIR": str(folder),
        "RELYV_PROJECT_DIR": str(folder),
        "RELYV_SANDBOX_URL": sandbox,
    }


def _sql(file: Path, *statements: str) -> None:
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)


def _accepted(sandbox: str) -> int:
    with Inspection(sandbox) as inspection:
        return int(inspection.summary()["accepted"])


def _sync(environment: Mapping[str, str]) -> Measured:
    return run([str(BIN / "relyv"), "sync", "run"], environment)


def _line(
    name: str, calls: int, measured: Measured, baseline: str, bare: Measured
) -> None:
    print(
        f"{name:<18}{calls:>10,}{measured.seconds:>9.2f}{measured.cpu:>7.2f}"
        f"{measured.megabytes:>6.0f}  {baseline} {bare.seconds:.2f} s, {bare.cpu:.2f} "
        f"CPU s: x{measured.cpu / bare.cpu:.2f} CPU",
        flush=True,
    )


if __name__ == "__main__":
    main()
