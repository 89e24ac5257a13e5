"""Run dbt over a history, in this process, in a folder of the test's own."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner

from tests.identity.histories import AS_OF, History, write_history

PROJECT = Path(__file__).parents[2]
SEEDS = ("identifier_types", "blocked_values", "identity_overrides")

STEPS = ("models/staging", "models/identity", "models/sessions", "tests/dbt/identity")

Record = dict[str, object]


@dataclass(frozen=True)
class Outcome:
    """What the models say about a history."""

    path: Path

    def rows(self, query: str) -> list[Record]:
        with duckdb.connect(str(self.path)) as warehouse:
            cursor = warehouse.execute(query)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @cached_property
    def mapping(self) -> dict[tuple[str, str], Record]:
        return {
            (str(row["identifier_type"]), str(row["identifier_value"])): row
            for row in self.rows("from relyv_identity.external_id_mapping")
        }

    @cached_property
    def profiles(self) -> dict[str, Record]:
        return {
            str(row["profile_id"]): row
            for row in self.rows("from relyv_identity.profiles")
        }

    @cached_property
    def sessions(self) -> dict[str, Record]:
        return {
            str(row["session_id"]): row
            for row in self.rows("from relyv_sessions.sessions")
        }


def build(
    history: History,
    folder: Path,
    *,
    blocked: Sequence[str] = (),
    overrides: Sequence[Record] = (),
    with_unit_tests: bool = False,
) -> Outcome:
    """Land the history, fill the seeds, build everything up to the sessions."""
    path = folder / "warehouse.duckdb"
    write_history(history, path)
    shutil.copy(PROJECT / "profiles.example.yml", folder / "profiles.yml")
    _dbt(folder, path, "seed", "--select", *SEEDS)
    _tune(path, blocked, overrides)
    left_out = ["seed"] if with_unit_tests else ["seed", "unit_test"]
    _dbt(
        folder,
        path,
        "build",
        *("--exclude-resource-type", *left_out),
        *("--indirect-selection", "buildable"),
        *("--select", *STEPS),
    )
    return Outcome(path)


def _tune(path: Path, blocked: Sequence[str], overrides: Sequence[Record]) -> None:
    with duckdb.connect(str(path)) as warehouse:
        for value in blocked:
            warehouse.execute(
                "insert into relyv_seeds.blocked_values values (null, ?, 'ours')",
                [value],
            )
        for override in overrides:
            names = ", ".join(override)
            marks = ", ".join("?" for _ in override)
            warehouse.execute(
                f"insert into relyv_seeds.identity_overrides ({names})"
                f" values ({marks})",
                list(override.values()),
            )


def _dbt(folder: Path, path: Path, *arguments: str) -> None:
    with _environment(RELYV_DUCKDB_PATH=str(path)):
        result = dbtRunner().invoke(
            [
                "--quiet",
                "--warn-error-options",
                json.dumps({"error": "all", "silence": ["UnusedResourceConfigPath"]}),
                *arguments,
                *("--project-dir", str(PROJECT), "--profiles-dir", str(folder)),
                *("--target", "demo", "--target-path", str(folder / "target")),
                *("--log-path", str(folder / "logs")),
                *("--vars", json.dumps({"as_of": AS_OF})),
            ]
        )
    if not result.success:
        raise AssertionError(_failures(result))


def _failures(result: object) -> str:
    nodes = getattr(getattr(result, "result", None), "results", [])
    messages = [
        f"{node.node.name}: {node.message}"
        for node in nodes
        if node.status not in ("success", "pass", "skipped")
    ]
    return "\n".join([str(getattr(result, "exception", "") or ""), *messages])


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
