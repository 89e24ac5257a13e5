"""What a build costs when a little is new: beside a full build, on DuckDB.

    .venv/bin/python bench/models.py --events 1000000 --slowest 8

Session events are made up by SQL, 50 a session, as if a hundredth had landed on each
of a hundred days; then 1% more arrive, four of five in new sessions and the rest late,
in old ones: ten in each, as from a device that was offline. With `--late-apiece 1` each
is in another one, so that a tenth of all sessions changes. Each build is `dbt run` of
everything, in a process of its own, with 4 GB for DuckDB. `start-up` is one of a single
small model, and `no rows` one of all models of an empty warehouse: what a build takes
beyond them is `models`, and `rows`.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
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
    {landed} as _loaded_at,
    'r' || i as _row_id
from (
    select
        i,
        case
            when i >= {late} and i % 5 = 0
                then hash(i // (5 * {apiece})) % ({late} // 50)
            else i // 50
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
    {landed} as _loaded_at,
    'v' || session as _row_id
from (
    select session, session * 50 as i
    from range({start} // 50, {stop} // 50) as numbers(session)
)
"""
HISTORY = "timestamp '2048-01-01' - to_days((99 - 99 * i // {stop})::integer)"
TODAY = "timestamp '2048-01-02'"
AS_OF = "2048-01-02 12:00:00"


def main() -> None:
    """Measure each size, and print a table of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, action="append")
    parser.add_argument("--slowest", type=int, default=0, help="models to name")
    parser.add_argument(
        "--late-apiece", type=int, default=10, help="late ones a session"
    )
    options = parser.parse_args()
    for events in options.events or [200_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(events, Path(folder), options.slowest, options.late_apiece)


def measure(events: int, folder: Path, slowest: int, apiece: int) -> None:
    """A full build, one with 1% new events, and one with nothing new."""
    file = folder / "bench.duckdb"
    environment = project(folder, file)
    create(file)
    more = events + events // 100
    print(f"\n{events:,} session events, then {more - events:,} more")
    print(f"{'build':<12}{'seconds':>9}{'CPU s':>8}{'MB':>8}{'models':>9}{'rows':>8}")
    builds: list[Measured] = []

    def build(name: str, *arguments: str) -> Measured:
        builds.append(run(_dbt(folder, "run", *arguments), environment))
        print(_line(name, builds), flush=True)
        for model, seconds in _seconds(folder)[:slowest]:
            print(f"  {model:<34}{seconds:>9.1f}")
        return builds[-1]

    for command in ("seed", "run"):
        run(_dbt(folder, command), environment)
    build("start-up", "--select", "stg_privacy__suppressions")
    build("no rows")
    _land(file, 0, events, HISTORY)
    full = build("full", "--full-refresh")
    _land(file, events, more, TODAY, apiece)
    some = build("1% new")
    build("nothing new")
    print(
        f"a full build takes {full.seconds / events * 1e6:.1f} s "
        f"and {full.cpu / events * 1e6:.1f} CPU s per million events; 1% new, of its"
    )
    for unit in ("seconds", "cpu"):
        start_up, no_rows, whole, part = (
            float(getattr(each, unit)) for each in (*builds[:2], full, some)
        )
        apart = [
            f"{(part - less) / (whole - less):.0%}" for less in (0, start_up, no_rows)
        ]
        print(f"  {unit}: {apart[0]}, {apart[1]} in models, {apart[2]} for rows")


def _line(name: str, builds: Sequence[Measured]) -> str:
    """The last of these, and what it took beyond the first, and the second."""
    last = builds[-1]
    apart = [f"{last.cpu - less.cpu:.1f}" for less in builds[:-1][:2]]
    beyond = f"{apart[0] if apart else '':>9}{apart[1] if apart[1:] else '':>8}"
    return (
        f"{name:<12}{last.seconds:>9.1f}{last.cpu:>8.1f}{last.megabytes:>8.0f}{beyond}"
    )


def project(folder: Path, file: Path) -> Mapping[str, str]:
    """The environment in which dbt finds the file, as `profiles.yml` has it."""
    output = {
        "type": "duckdb",
        "path": str(file),
        "schema": "bench",
        "threads": 2,
        "settings": {"memory_limit": "4GB"},
    }
    profile = {"relyv_segment": {"target": "demo", "outputs": {"demo": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    return {**os.environ, "DBT_PROFILES_DIR": str(folder)}


def create(file: Path) -> None:
    """The raw tables, empty."""
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


def _land(file: Path, start: int, stop: int, landed: str, apiece: int = 1) -> None:
    values = {
        "start": start,
        "stop": stop,
        "late": start or stop,
        "apiece": apiece,
        "landed": landed.format(stop=stop),
    }
    with duckdb.connect(str(file)) as connection:
        for statement in (SESSIONS, EVENTS):
            connection.execute(statement.format(**values))


def _dbt(folder: Path, command: str, *selection: str) -> list[str]:
    return [
        *(str(BIN / "dbt"), "--quiet", command, "--project-dir", str(ROOT)),
        *selection,
        *("--vars", json.dumps({"as_of": AS_OF})),
        *("--target-path", str(folder / "target"), "--log-path", str(folder)),
    ]


def _seconds(folder: Path) -> list[tuple[str, float]]:
    """What each model took, the slowest first; two ran at a time."""
    results = json.loads((folder / "target" / "run_results.json").read_text())
    seconds = {
        str(result["unique_id"]).rpartition(".")[2]: float(result["execution_time"])
        for result in results["results"]
    }
    return sorted(seconds.items(), key=lambda pair: -pair[1])


if __name__ == "__main__":
    main()
