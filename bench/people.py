"""The model that the sync benchmarks send, in DuckDB or PostgreSQL, as a project.

Seven columns, a message of about 370 bytes.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

COLUMNS = {
    "user_id": "varchar",
    "frustration_score": "integer",
    "frustration_band": "varchar",
    "last_replay_url": "varchar",
    "last_replay_at": "timestamp",
    "sessions_count": "bigint",
    "hours_watched": "double precision",
}
FIELDS = [name for name in COLUMNS if name != "user_id"]
# The numbers i, from 0 on, as either warehouse counts them.
NUMBERS = {
    "duckdb": "range({rows}) as numbers(i)",
    "postgres": "generate_series(0, {rows} - 1) as numbers(i)",
}
MODEL = """
create table bench_syncs.people as
select
    cast('user-' || i as varchar) as user_id,
    cast(i % 101 as integer) as frustration_score,
    cast(case when i % 3 = 0 then 'high' else 'low' end as varchar) as frustration_band,
    cast('https://app.relyv.example/replays/' || md5(cast(i as varchar)) as varchar)
        as last_replay_url,
    timestamp '2026-01-01' + (i % 8640000) * interval '1 second' as last_replay_at,
    cast(i % 7 as bigint) as sessions_count,
    cast((i % 1000) / 8.0 as double precision) as hours_watched
from """
ONE_PERCENT = """
update bench_syncs.people set frustration_score = 200
where md5(user_id) < '028f'
"""
IDENTIFY = {"call": "identify"}
# Takes what is there for known, and compares all of it from then on.
KNOWN = {"call": "track", "initial": "skip", "changed": {"event": "Changed"}}


def model(kind: str, rows: int) -> Sequence[str]:
    """The statements that make the model."""
    return ["create schema bench_syncs", MODEL + NUMBERS[kind].format(rows=rows)]


def in_duckdb(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """Run statements; the rows of the last."""
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


def project(
    folder: Path,
    output: Mapping[str, object],
    sandbox: str,
    sync: Mapping[str, object] = IDENTIFY,
) -> Mapping[str, str]:
    """Write a project into a folder; the environment in which relyv finds it."""
    outputs = {"demo": {**output, "schema": "bench", "threads": 2}}
    profile = {"bench": {"target": "demo", "outputs": outputs}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    (folder / "dbt_project.yml").write_text("profile: bench")
    (folder / "target").mkdir(exist_ok=True)
    manifest = json.dumps(_manifest(str(output["type"]), sync))
    (folder / "target" / "manifest.json").write_text(manifest)
    return {
        **os.environ,
        "DBT_PROFILES_DIR": str(folder),
        "RELYV_PROJECT_DIR": str(folder),
        "RELYV_SANDBOX_URL": sandbox,
    }


def _manifest(kind: str, sync: Mapping[str, object]) -> Mapping[str, object]:
    settings = {
        "targets": ["demo"],
        "key": "user_id",
        "user_id": "user_id",
        "fields": FIELDS,
        "guard": {"removed_percent": 100, "calls": 1_000_000_000},
        **sync,
    }
    node = {
        "resource_type": "model",
        "name": "people",
        "alias": "people",
        "schema": "bench_syncs",
        "config": {"contract": {"enforced": True}},
        "columns": {
            name: {"name": name, "data_type": data_type, "config": {"meta": {}}}
            for name, data_type in COLUMNS.items()
        },
    }
    exposure = {
        "name": "people",
        "original_file_path": "bench/people.py",
        "config": {"meta": {"segment_sync": settings}},
        "depends_on": {"nodes": ["model.bench.people"]},
    }
    return {
        "metadata": {"adapter_type": kind},
        "nodes": {"model.bench.people": node},
        "exposures": {"exposure.bench.people": exposure},
    }
