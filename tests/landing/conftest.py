"""An empty warehouse for each test, and what a test may ask of it."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import inspect, text

from landing import LandingReport, land
from tests.warehouses import Place
from warehouse import Warehouse

# Snowflake's words for the types that the others call by these.
SNOWFLAKE_TYPES = {
    "DECIMAL(38, 0)": "BIGINT",
    "FLOAT": "DOUBLE",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "VARCHAR(16777216)": "VARCHAR",
}


@dataclass(frozen=True)
class Ground:
    """A warehouse, a folder for files, and the words that the tests speak in."""

    warehouse: Warehouse
    folder: Path

    def write(self, name: str, *lines: object) -> Path:
        """Write values as JSON lines; bytes go in as they are."""
        content = b"".join(
            (line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n"
            for line in lines
        )
        path = self.folder / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def land(self, *lines: object, **options: Any) -> LandingReport:
        """Land one file of these lines, named by nothing but its turn."""
        turn = len(list(self.folder.iterdir()))
        return land(self.warehouse, [self.write(f"{turn:03}.jsonl", *lines)], **options)

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        with self.warehouse.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def row(self, query: str) -> tuple[Any, ...]:
        (row,) = self.rows(query)
        return row

    def types(self, schema: str, table: str) -> dict[str, str]:
        columns = inspect(self.warehouse.engine).get_columns(table, schema=schema)
        names = {column["name"]: str(column["type"]) for column in columns}
        return {name: SNOWFLAKE_TYPES.get(kind, kind) for name, kind in names.items()}

    def rejections(self) -> list[tuple[Any, ...]]:
        return list(
            self.rows(
                "select line, reason, field from relyv_raw.landing_rejections"
                " order by line, reason, field"
            )
        )


@pytest.fixture
def new_ground(
    tmp_path: Path, new_place: Callable[[], Place]
) -> Iterator[Callable[[], Ground]]:
    """Grounds, each with a place of its own: a property needs one per example."""
    with ExitStack() as stack:

        def build() -> Ground:
            home = tmp_path / str(len(list(tmp_path.iterdir())))
            (home / "in").mkdir(parents=True)
            return Ground(stack.enter_context(new_place().open(home)), home / "in")

        yield build


@pytest.fixture
def ground(new_ground: Callable[[], Ground]) -> Ground:
    return new_ground()
