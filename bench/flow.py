"""Seconds and peak memory of the flow, step by step, beside a baseline of the same run.

    .venv/bin/python bench/flow.py --people 2000 --people 20000

Each step is the command that a person would run, in a process of its own. The baselines
do the least that could be called the same work, in a process of their own too: read the
same JSON into DuckDB, scan the events once, post as many messages of the same size.
"""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measure import BIN, ROOT, Measured, python, run

from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

END = "2026-06-30 00:00:00"
DAYS = 30

READ_JSON = """
import duckdb, sys
duckdb.connect(sys.argv[1]).execute(
    "create table events as select * from read_json(?)", [sys.argv[2]]
)
"""
SCAN = """
import duckdb, sys
duckdb.connect(sys.argv[1]).execute(
    "create temp table scanned as select session_id, event_type, count(*), min(ts), "
    "max(ts) from relyv_raw.session_events group by all"
)
"""
POST = """
import httpx, sys
url, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with httpx.Client(auth=("bare-script-write-key-0000000000", "")) as client:
    for start in range(0, count, 1000):
        batch = [
            '{"type":"track","event":"Bare","userId":"u","messageId":"bare-%d",'
            '"properties":{"padding":"%s"}}' % (number, "x" * max(0, size - 100))
            for number in range(start, min(count, start + 1000))
        ]
        body = '{"batch":[' + ",".join(batch) + "]}"
        client.post(url + "/v1/batch", content=body).raise_for_status()
"""
DIFF = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
model = "relyv_syncs.sync_segment_session_started"
connection.execute(f"create temp table confirmed as from {model}")
connection.execute(
    f"select count(*) from {model} as model full join confirmed "
    "on model.event_id = confirmed.event_id where model is distinct from confirmed"
).fetchall()
"""


def main() -> None:
    """Measure each world, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, action="append")
    for people in parser.parse_args().people or [2_000, 20_000]:
        with tempfile.TemporaryDirectory() as folder, sandbox_process() as sandbox:
            measure(people, Path(folder), sandbox)


def measure(people: int, folder: Path, sandbox: str) -> None:
    """Take one world through the flow."""
    environment = _environment(folder, sandbox)
    world, file = folder / "world", folder / "relyv.duckdb"
    print(f"\n{people:,} people, {DAYS} days")
    _header()
    simulated = _relyv(
        environment,
        *("simulate", "--people", str(people), "--days", str(DAYS)),
        *("--end", END.replace(" ", "T"), "--out", str(world)),
    )
    _line("simulate", simulated)

    landed = _relyv(environment, "land", str(world / "raw"))
    events = str(world / "raw" / "relyv_session_events.jsonl.gz")
    _line("land", landed, python(READ_JSON, str(folder / "bare.duckdb"), events))

    variables = json.dumps({"as_of": END})
    built = run(
        [
            *(str(BIN / "dbt"), "--quiet", "build", "--vars", variables),
            *("--exclude-resource-type", "unit_test"),
            *("--log-path", str(folder), "--project-dir", str(ROOT)),
        ],
        environment,
    )
    _line("dbt build", built, python(SCAN, str(file)))

    first = _relyv(environment, "sync", "run")
    with Inspection(sandbox) as inspection:
        calls = inspection.summary()["accepted"]
        bare = python(POST, sandbox, str(calls), "450")
    _line(f"first sync, {calls:,} calls", first, bare)
    _line("no-change sync", _relyv(environment, "sync", "run"), python(DIFF, str(file)))


def _environment(folder: Path, sandbox: str) -> Mapping[str, str]:
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    return {
        **os.environ,
        "DBT_PROFILES_DIR": str(folder),
        "DBT_TARGET_PATH": str(folder / "target"),
        "RELYV_DUCKDB_PATH": str(folder / "relyv.duckdb"),
        "RELYV_PROJECT_DIR": str(ROOT),
        "RELYV_SANDBOX_URL": sandbox,
    }


def _relyv(environment: Mapping[str, str], *arguments: str) -> Measured:
    return run([str(BIN / "relyv"), *arguments], environment)


def _header() -> None:
    print(f"{'step':<28}{'seconds':>9}{'CPU s':>9}{'MB':>8}   bare: seconds, ratio")


def _line(step: str, measured: Measured, bare: Measured | None = None) -> None:
    text = (
        f"{step:<28}{measured.seconds:>9.1f}{measured.cpu:>9.1f}"
        f"{measured.megabytes:>8.0f}"
    )
    if bare:
        text += f"   {bare.seconds:>6.1f} s  x{measured.seconds / bare.seconds:.1f}"
    print(text, flush=True)


if __name__ == "__main__":
    main()
