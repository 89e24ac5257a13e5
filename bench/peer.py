"""drt, which sends rows to any HTTP API, set up as fast as its settings go.

1,000 messages a request, no pacing, and the JSON made by the warehouse and not by its
templates. One connection and no gzip: it has no settings for them.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from measure import BIN, Measured, run
from people import FIELDS

WRITE_KEY = "bench-write-key-000000000000000000"
OBJECT = {"duckdb": "json_object", "postgres": "json_build_object"}


def is_there() -> bool:
    """Whether the extra `bench` is installed."""
    return (BIN / "drt").exists()


def set_up(folder: Path, output: Mapping[str, object], receiver: str) -> None:
    """Write a project whose cursor is the time of the last replay."""
    kind = str(output["type"])
    profile = {name: value for name, value in output.items() if name != "path"}
    if kind == "duckdb":
        profile = {"type": kind, "database": output["path"]}
    files = {
        "drt_project.yml": {"name": "bench", "profile": "bench"},
        ".drt/profiles.yml": {"bench": profile},
        "syncs/people.yml": _sync(kind, receiver),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))


def drt(folder: Path) -> Measured:
    """Run it."""
    own = {"HOME": str(folder), "DO_NOT_TRACK": "1", "BENCH_WRITE_KEY": WRITE_KEY}
    command = ["env", "-C", str(folder), str(BIN / "drt"), "run"]
    return run(command, {**os.environ, **own})


def _sync(kind: str, receiver: str) -> Mapping[str, object]:
    names = [f"'{name}', {name}" for name in FIELDS]
    traits = f"{OBJECT[kind]}({', '.join(names)})"
    message = (
        f"{OBJECT[kind]}('type', 'identify', 'messageId', 'drt-' || md5(user_id), "
        f"'userId', user_id, 'traits', {traits})"
    )
    return {
        "name": "people",
        "model": f"select cast({message} as varchar) as message, last_replay_at "
        "from bench_syncs.people",
        "destination": {
            "type": "rest_api",
            "url": f"{receiver}/v1/batch",
            "method": "POST",
            "headers": {"Content-Type": "application/json"},
            "auth": {
                "type": "basic",
                "username_env": "BENCH_WRITE_KEY",
                "password_env": "BENCH_WRITE_KEY",
            },
            "body_mode": "batch",
            "batch_template": '{"batch":[{{ rows | map(attribute="message") '
            '| join(",") }}]}',
        },
        "sync": {
            "mode": "incremental",
            "cursor_field": "last_replay_at",
            "batch_size": 1000,
            "rate_limit": {"requests_per_second": 1_000_000},
        },
    }
