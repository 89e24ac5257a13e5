"""What a sync costs: CPU seconds, wall seconds and peak memory of `relyv sync run`.

    .venv/bin/python bench/sync.py --rows 100000 --rows 1000000
    .venv/bin/python bench/sync.py --slow 100000
    .venv/bin/python bench/sync.py --unchanged 10000000
    .venv/bin/python bench/sync.py --first 10000000
    .venv/bin/python bench/sync.py --postgres 100000
    .venv/bin/python bench/sync.py --steps 100000

Each run is the command that a person would run, start-up included, in a process of its
own; the receiver is the sandbox, in another. The baselines of the same run are in
`baselines.py` and `peer.py`. `--rows`: a first run, one without a change, one with 1%
changed. `--slow`: every request takes the receiver 80 ms, and eight are in flight.
`--unchanged`: no change among many rows. `--first`: a first run and one without a
change, of more rows than the sandbox has room for. `--postgres`: the model is in a
PostgreSQL of the tests' own. `--steps`: where the CPU time of a first run goes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import peer
import psycopg
from baselines import (
    BARE,
    BARE_POSTGRES,
    COMPARISON,
    DIFF,
    LIBRARY,
    STEPS,
)
from measure import BIN, ROOT, Measured, python, run
from people import FIELDS, KNOWN, ONE_PERCENT, in_duckdb, model, project
from receiver import receiver as counting_receiver

from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

SLOW_SECONDS, SLOW_CONNECTIONS = 0.08, 8
LARGE_QUEUE = "100000000"
MEMORY = "2GB"


def main() -> None:
    """Measure what is asked for, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds: Mapping[str, Callable[[int], None]] = {
        "rows": measure,
        "slow": slow,
        "unchanged": unchanged,
        "first": first,
        "postgres": postgres,
        "steps": steps,
    }
    for name in kinds:
        parser.add_argument(f"--{name}", type=int, action="append", default=[])
    chosen = vars(parser.parse_args())
    for name, work in kinds.items():
        for rows in chosen[name]:
            print(f"\n{name}: {rows:,}")
            print(f"{'':<28}{'calls':>10}{'seconds':>9}{'CPU s':>8}{'MB':>7}")
            work(rows)


def measure(rows: int) -> None:
    """A first run, one without a change, and one after 1% of the rows have changed."""
    with _duckdb(rows) as (file, environment, receiver):
        _library(file, receiver, rows, LARGE_QUEUE)
        _baseline("bare script", receiver, python(BARE, str(file), receiver))
        output = {"type": "duckdb", "path": str(file)}
        has_peer = _peer(file.parent, output, receiver)
        before = _blocks(file)
        first = _sync("first", environment, receiver)
        _rate(rows, first)
        _kept(rows, file, before)
        _line("full diff", 0, python(DIFF, str(file)))
        _sync("nothing changed", environment, receiver)
        in_duckdb(file, ONE_PERCENT)
        _sync("1% changed", environment, receiver)
        if has_peer:
            _baseline("drt, 1% changed", receiver, peer.drt(file.parent))


def first(rows: int) -> None:
    """A first run, whose messages are counted, and one without a change."""
    with (
        tempfile.TemporaryDirectory() as folder,
        counting_receiver() as receiver,
    ):
        file, environment = _project(Path(folder), rows, receiver.url)
        before = _blocks(file)
        taken = run([str(BIN / "relyv"), "sync", "run"], environment)
        _line("first", receiver.messages, taken)
        _rate(rows, taken)
        _kept(rows, file, before)
        taken = run([str(BIN / "relyv"), "sync", "run"], environment)
        _line("nothing changed", receiver.messages - rows, taken)


def slow(rows: int) -> None:
    """A receiver that takes its time, as one on the other side of a network does."""
    with _duckdb(rows, SLOW_SECONDS) as (file, environment, receiver):
        for queue in ("default", LARGE_QUEUE):
            _library(file, receiver, rows, queue)
        in_flight = {"RELYV_DELIVERY_CONNECTIONS": str(SLOW_CONNECTIONS)}
        first = _sync("first", {**environment, **in_flight}, receiver)
        print(f"  events per second: {rows / first.seconds:,.0f}")


def unchanged(rows: int) -> None:
    """Rows that are known already, and compared with what the model has."""
    with _duckdb(rows, sync=KNOWN) as (file, environment, receiver):
        _sync("taken for known", environment, receiver)
        bare = python(COMPARISON, str(file), MEMORY, *FIELDS)
        _line("bare comparison", 0, bare)
        found = _sync("nothing changed", environment, receiver)
        print(f"  x{found.seconds / bare.seconds:.2f} in seconds, ", end="")
        print(f"x{found.cpu / bare.cpu:.2f} in CPU seconds")


def postgres(rows: int) -> None:
    """The model in PostgreSQL: the CPU seconds are the client's."""
    sys.path.append(str(ROOT))
    from tests.postgres_server import own_server

    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox_process() as receiver,
        own_server() as server,
        server.database("bench") as output,
    ):
        environment = project(Path(folder), output, receiver)
        place = {name: value for name, value in output.items() if name != "type"}
        with psycopg.connect(**place, autocommit=True) as there:  # type: ignore[arg-type]
            for statement in model("postgres", rows):
                there.execute(statement)
            bare = python(BARE_POSTGRES, receiver, json.dumps(place))
            _baseline("bare script", receiver, bare)
            _peer(Path(folder), output, receiver)
            _sync("first", environment, receiver)
            there.execute("vacuum analyze bench_ledger.people__sent")
            kept = " + ".join(f"pg_column_size({name})" for name in FIELDS)
            found = there.execute(
                "select pg_total_relation_size('bench_ledger.people__sent') / count(*),"
                f" avg({kept} + pg_column_size(_key_1)) from bench_ledger.people__sent"
            ).fetchone()
            assert found is not None
            print(
                f"  ledger: {found[0]} bytes a row, {found[1]:.0f} of them its fields"
            )
            _sync("nothing changed", environment, receiver)
            there.execute(ONE_PERCENT)
            _sync("1% changed", environment, receiver)


def steps(rows: int) -> None:
    """CPU seconds by what they are spent on; a stop-watch on each row costs some."""
    with _duckdb(rows) as (_, environment, _receiver):
        ended = subprocess.run(
            [sys.executable, "-c", STEPS],
            env=dict(environment),
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    spent = json.loads(ended.stdout.splitlines()[-1])
    spent["start-up, DuckDB's threads"] = 2 * spent["all"] - sum(spent.values())
    for step, seconds in spent.items():
        print(f"{step:<28}{seconds:>27.2f}")


@contextmanager
def _duckdb(
    rows: int, latency_seconds: float = 0.0, **sync: Mapping[str, object]
) -> Iterator[tuple[Path, Mapping[str, str], str]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox_process(latency_seconds=latency_seconds) as receiver,
    ):
        file, environment = _project(Path(folder), rows, receiver, **sync)
        yield file, environment, receiver


def _project(
    folder: Path, rows: int, receiver: str, **sync: Mapping[str, object]
) -> tuple[Path, Mapping[str, str]]:
    file = folder / "bench.duckdb"
    output = {"type": "duckdb", "path": str(file)}
    environment = project(folder, output, receiver, **sync)
    in_duckdb(file, *model("duckdb", rows))
    return file, environment


def _blocks(file: Path) -> int:
    """The bytes of the file that are in use."""
    ((size, used),) = in_duckdb(
        file, "checkpoint", "select block_size, used_blocks from pragma_database_size()"
    )
    return int(str(size)) * int(str(used))


def _rate(rows: int, measured: Measured) -> None:
    print(f"  events per CPU second: {rows / measured.cpu:,.0f}")


def _kept(rows: int, file: Path, before: int) -> None:
    print(f"  ledger: {(_blocks(file) - before) / rows:,.0f} bytes a row")


def _library(file: Path, receiver: str, rows: int, queue: str) -> None:
    name = "library, " + ("its queue" if queue == "default" else "a large queue")
    measured = python(LIBRARY, str(file), receiver, queue)
    sent = _baseline(name, receiver, measured)
    if sent < rows:
        print(f"  {rows - sent:,} calls lost ({100 * (rows - sent) / rows:.0f}%)")


def _peer(folder: Path, output: Mapping[str, object], receiver: str) -> bool:
    """A first run of drt and one without a change, if it is installed."""
    if not peer.is_there():
        print("  no drt: it comes with the extra `bench`")
        return False
    peer.set_up(folder, output, receiver)
    for name in ("drt, first", "drt, nothing changed"):
        _baseline(name, receiver, peer.drt(folder))
    return True


def _baseline(name: str, receiver: str, measured: Measured) -> int:
    sent = _accepted(receiver)
    _line(name, sent, measured)
    return sent


def _sync(name: str, environment: Mapping[str, str], receiver: str) -> Measured:
    measured = run([str(BIN / "relyv"), "sync", "run"], environment)
    _line(name, _accepted(receiver), measured)
    return measured


def _accepted(receiver: str) -> int:
    """What was kept since the last time somebody asked."""
    with Inspection(receiver) as inspection:
        accepted = int(inspection.summary()["accepted"])
        inspection.reset()
    return accepted


def _line(name: str, calls: int, measured: Measured) -> None:
    print(
        f"{name:<28}{calls:>10,}{measured.seconds:>9.2f}{measured.cpu:>8.2f}"
        f"{measured.megabytes:>7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
