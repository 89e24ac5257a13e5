from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
)

from tests.warehouses import Place
from warehouse.bulk import COPY_ROWS, BulkLoadUnsupported, load

NUMBERS = Table("numbers", MetaData(), Column("one", Integer), Column("order", Integer))
ALL_TYPES = Table(
    "all_types",
    MetaData(),
    Column("text", String),
    Column("whole", BigInteger),
    Column("real", Double),
    Column("flag", Boolean),
    Column("at", DateTime),
)


def rows_of(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(table.select())]


def test_rows_are_appended_by_the_names_of_their_columns(
    place: Place, tmp_path: Path
) -> None:
    """
    In any order, reserved words too; a column that is left out stays null.
    """
    with place.open(tmp_path) as warehouse, warehouse.engine.begin() as connection:
        NUMBERS.create(connection)
        load(connection, NUMBERS, pa.table({"order": [2], "one": [1]}))
        load(connection, NUMBERS, pa.table({"order": [3]}))

        rows = rows_of(connection, NUMBERS)

    assert sorted(rows, key=str) == [(1, 2), (None, 3)]


def test_values_arrive_as_they_are(place: Place, tmp_path: Path) -> None:
    """
    To the last bit of a double and the last microsecond of a moment, nulls included.
    """
    rows = [
        ("", -(2**63), 0.1 + 0.2, True, datetime(1, 1, 1)),  # noqa: DTZ001
        ("null", 2**63 - 1, 5e-324, False, datetime.max),  # noqa: DTZ901
        ('"\\.\n,', 0, float("inf"), None, datetime(2026, 3, 29, 2, 30)),  # noqa: DTZ001
        (None, None, None, None, None),
    ]
    schema = pa.schema(
        [
            ("text", pa.string()),
            ("whole", pa.int64()),
            ("real", pa.float64()),
            ("flag", pa.bool_()),
            ("at", pa.timestamp("us")),
        ]
    )
    names = schema.names
    arrow = pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema
    )

    with place.open(tmp_path) as warehouse, warehouse.engine.begin() as connection:
        ALL_TYPES.create(connection)
        load(connection, ALL_TYPES, arrow)

        assert sorted(rows_of(connection, ALL_TYPES), key=str) == sorted(rows, key=str)


def test_more_rows_than_go_at_one_time(place: Place, tmp_path: Path) -> None:
    """
    None is lost where one batch ends and the next begins.
    """
    numbers = list(range(2 * COPY_ROWS + 1))

    with place.open(tmp_path) as warehouse, warehouse.engine.begin() as connection:
        NUMBERS.create(connection)
        load(connection, NUMBERS, pa.table({"one": numbers}))

        loaded = [one for one, _ in rows_of(connection, NUMBERS)]

    assert sorted(loaded) == numbers


def test_rows_go_with_the_transaction(place: Place, tmp_path: Path) -> None:
    """
    What is rolled back was never there.
    """
    with place.open(tmp_path) as warehouse:
        with warehouse.engine.begin() as connection:
            NUMBERS.create(connection)
        with warehouse.engine.connect() as connection, connection.begin() as work:
            load(connection, NUMBERS, pa.table({"one": [1]}))
            work.rollback()

        with warehouse.engine.connect() as connection:
            assert rows_of(connection, NUMBERS) == []


def test_a_kind_without_a_bulk_path_is_named() -> None:
    """
    The message says which kind it is, and which ones work.
    """
    with (
        create_engine("sqlite://").connect() as connection,
        pytest.raises(BulkLoadUnsupported, match="sqlite target: only duckdb"),
    ):
        load(connection, NUMBERS, pa.table({"one": [1]}))
