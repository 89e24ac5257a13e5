"""Where a test's warehouse is: one empty place for each test, of each kind.

A test that asks for one runs on every kind of warehouse without another line.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

from tests.emulator.process import Emulator
from tests.postgres_server import PostgresServer
from warehouse import Warehouse, open_warehouse

KINDS = ("duckdb", "postgres")
# A DuckDB file is one process's at a time; these are many's.
SHARED_KINDS = ("postgres",)
# A server that is running already, instead of one of the tests' own.
POSTGRES_URL = "RELYV_TEST_POSTGRES_URL"

PROFILE = "relyv_segment"

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An empty warehouse, as an output of profiles.yml has it."""

    kind: str
    settings: Mapping[str, object]

    def write_project(
        self, folder: Path, *, schema: str = "relyv", targets: Sequence[str] = ("demo",)
    ) -> None:
        """Write what leads here, whatever the target: profiles.yml, dbt_project.yml."""
        output = {**self.settings, "schema": schema, "threads": 2}
        outputs = {"target": targets[0], "outputs": dict.fromkeys(targets, output)}
        # JSON is YAML.
        (folder / "profiles.yml").write_text(json.dumps({PROFILE: outputs}))
        (folder / "dbt_project.yml").write_text(f"profile: {PROFILE}")

    def end_transactions(self) -> None:
        """
        Do what a server does at last when a process was killed in a transaction.

        PostgreSQL does so at once, Snowflake after five minutes; the emulator is told.
        """
        if self.kind == "snowflake":
            emulator = Emulator(port=int(str(self.settings["port"])))
            emulator.end_transactions(str(self.settings["database"]))

    @contextmanager
    def open(self, folder: Path, *, schema: str = "relyv") -> Iterator[Warehouse]:
        """Open it as relyv does, by way of a project in a folder."""
        self.write_project(folder, schema=schema)
        with open_warehouse(folder, "demo") as warehouse:
            yield warehouse


@contextmanager
def duckdb_place(folder: Path, **settings: object) -> Iterator[Place]:
    """An empty DuckDB file, and how DuckDB is to be set for it."""
    with Places(folder, _no_server, _no_server).new("duckdb") as place:
        own = {"settings": settings} if settings else {}
        yield Place(kind="duckdb", settings={**place.settings, **own})


def _no_server() -> NoReturn:
    raise AssertionError("DuckDB needs none")


class Places:
    """Makes places of every kind, and takes them away again."""

    def __init__(
        self,
        folder: Path,
        postgres: Callable[[], PostgresServer],
        snowflake: Callable[[], Emulator],
    ) -> None:
        self._folder = folder
        self._postgres = postgres
        self._snowflake = snowflake

    @contextmanager
    def new(self, kind: str) -> Iterator[Place]:
        """An empty place of this kind."""
        name = f"relyv_{os.getpid()}_{next(_numbers)}"
        if kind == "duckdb":
            # One name for all, which dbt takes for the database's: see dbt_runs.
            path = self._folder / name / "relyv.duckdb"
            path.parent.mkdir()
            yield Place(kind=kind, settings={"type": "duckdb", "path": str(path)})
            path.unlink(missing_ok=True)
        elif kind == "snowflake":
            with self._snowflake().database(name) as settings:
                yield Place(kind=kind, settings=settings)
        else:
            with self._postgres().database(name) as settings:
                yield Place(kind=kind, settings=settings)
