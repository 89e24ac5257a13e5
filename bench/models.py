"""What a build costs when a little is new: beside a full build, on DuckDB.

    .venv/bin/python bench/models.py --events 1000000

Session events are made up by SQL, 50 a session; then 1% more arrive, four of five in
new sessions and the rest late, in old ones. Each build is `dbt run` of everything, in a
process of its own, with 4 GB for DuckDB; `models` adds up the seconds of the models
that are incremental and of the one that finds what changed.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from measure import BIN, ROOT, Measured, run

from landing.columns import Kind
from landing.raw_tables import (
    CALL_TABLES,
    SESSION_COLUMNS,
    SESSION_EVENT_COLUMNS,
    raw_tables,
)

TABLES = raw_tables(
    segment_schema="segment",
    relyv_schema="relyv_raw",
    privacy_schema="bench_privacy",
)
INCREMENTAL = (
    "stg_relyv__changed_events",
    "stg_relyv__session_events",
    "session_contents",
)
EVENTS = """
insert into relyv_raw.session_events by name
select
    'e' || md5(i::varchar) as event_id,
    's' || md5(session::varchar) as session_id,
    't1' as tab_id,
    i as seq,
    ['click', 'page_view', 'scroll', 'mouse_path', 'network', 'click', 'input_change',
     'visibility', 'scroll', 'js_error'][1 + (i % 10)::integer] as event_type,
    timestamp '2026-01-01' + to_seconds(session * 60 + i % 50) as ts,
    ts + to_seconds(1) as received_at,
    'https://shop.example/p/' || i % 40 as page_url,
    '/p/' || i % 40 as page_path,
    'button.b' || i % 90 as selector,
    'button' as target_tag,
    true as is_interactive,
    true as is_trusted,
    case when i % 10 = 4 then [200, 200, 200, 500][1 + (i // 10 % 4)::integer] end
        as http_status,
    timestamp '{landed}' as _loaded_at,
    'r' || i as _row_id
from (
    select
        i,
        case
            when i >= {late} and i % 5 = 0 then hash(i) % ({late} // 50) else i // 50
        end::bigint as session
    from range({start}, {stop}) as numbers(i)
)
"""
SESSIONS = """
insert into relyv_raw.sessions by name
select
    's' || md5(session::varchar) as session_id,
    'us' as region,
    'a' || session // 5 as anonymous_id,
    case when session // 5 % 2 = 0 then 'u' || session // 10 end as user_id,
    timestamp '2026-01-01' + to_seconds(session * 60) as started_at,
    started_at + to_seconds(50) as ended_at,
    ended_at as last_event_at,
    ended_at as updated_at,
    true as is_complete,
    50000 as duration_ms,
    'recorded' as recording_status,
    1 as row_version,
    timestamp '{landed}' as _loaded_at,
    'v' || session as _row_id
from range({start} // 50, {stop} // 50) as numbers(session)
"""
FIRST, SECOND = "2048-01-01", "2048-01-02"


def main() -> None:
    """Measure each size, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, action="append")
    for events in parser.parse_args().events or [200_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(events, Path(folder))


def measure(events: int, folder: Path) -> None:
    """A full build, one with 1% new events, one with nothing new, and a full one."""
    file = folder / "bench.duckdb"
    environment = _project(folder, file)
    _create(file)
    _land(file, 0, events, FIRST)
    run(_dbt(folder, "seed", FIRST), environment)
    more = events + events // 100
    print(f"\n{events:,} session events, then {more - events:,} more")
    print(f"{'build':<18}{'seconds':>9}{'CPU s':>8}{'MB':>8}{'models':>9}")

    full = run(_dbt(folder, "run", FIRST), environment)
    whole = _line("full", full, folder)
    _land(file, events, more, SECOND)
    some = run(_dbt(folder, "run", SECOND), environment)
    part = _line("1% new", some, folder)
    _line("nothing new", run(_dbt(folder, "run", SECOND), environment), folder)
    print(
        f"1% new: {some.cpu / full.cpu:.0%} of the CPU of a full build, "
        f"{part / whole:.0%} of the incremental models' seconds; a full build takes "
        f"{full.seconds / events * 1e6:.1f} s per million events"
    )


def _project(folder: Path, file: Path) -> Mapping[str, str]:
    output = {
        "type": "duckdb",
        "path": str(file),
        "schema": "bench",
        "threads": 2,
        "settings": {"memory_limit": "4GB", "temp_directory": str(folder / "spill")},
    }
    profile = {"relyv_segment": {"target": "demo", "outputs": {"demo": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    return {**os.environ, "DBT_PROFILES_DIR": str(folder)}


def _create(file: Path) -> None:
    columns = {
        **{("segment", name): kinds for name, kinds in CALL_TABLES.items()},
        ("relyv_raw", "sessions"): SESSION_COLUMNS,
        ("relyv_raw", "session_events"): SESSION_EVENT_COLUMNS,
        ("bench_privacy", "suppressions"): TABLES.suppressions.columns,
    }
    with duckdb.connect(str(file)) as connection:
        for (schema, name), kinds in columns.items():
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{name} ({_typed(kinds)})")


def _typed(kinds: Mapping[str, Kind]) -> str:
    return ", ".join(f'"{name}" {kind.value}' for name, kind in kinds.items())


def _land(file: Path, start: int, stop: int, landed: str) -> None:
    late = start or stop
    with duckdb.connect(str(file)) as connection:
        for statement in (SESSIONS, EVENTS):
            connection.execute(
                statement.format(start=start, stop=stop, late=late, landed=landed)
            )


def _dbt(folder: Path, command: str, as_of: str) -> list[str]:
    return [
        *(str(BIN / "dbt"), "--quiet", command, "--project-dir", str(ROOT)),
        *("--vars", json.dumps({"as_of": f"{as_of} 12:00:00"})),
        *("--target-path", str(folder / "target"), "--log-path", str(folder)),
    ]


def _line(name: str, measured: Measured, folder: Path) -> float:
    results = json.loads((folder / "target" / "run_results.json").read_text())
    seconds = sum(
        result["execution_time"]
        for result in results["results"]
        if result["unique_id"].split(".")[-1] in INCREMENTAL
    )
    print(
        f"{name:<18}{measured.seconds:>9.1f}{measured.cpu:>8.1f}"
        f"{measured.megabytes:>8.0f}{seconds:>9.1f}",
        flush=True,
    )
    return float(seconds)


if __name__ == "__main__":
    main()
