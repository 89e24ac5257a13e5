import pyarrow as pa
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine

from warehouse.bulk import BulkLoadUnsupported, load

NUMBERS = Table("numbers", MetaData(), Column("one", Integer), Column("order", Integer))


def test_rows_are_appended_by_the_names_of_their_columns() -> None:
    """
    In any order, reserved words too; a column that is left out stays null.
    """
    with create_engine("duckdb:///:memory:").begin() as connection:
        NUMBERS.create(connection)
        load(connection, NUMBERS, pa.table({"order": [2], "one": [1]}))
        load(connection, NUMBERS, pa.table({"order": [3]}))

        rows = connection.execute(NUMBERS.select().order_by(NUMBERS.c.order)).all()

    assert [tuple(row) for row in rows] == [(1, 2), (None, 3)]


def test_a_kind_without_a_bulk_path_is_named() -> None:
    """
    The message says which kind it is, and which ones work.
    """
    with (
        create_engine("sqlite://").connect() as connection,
        pytest.raises(BulkLoadUnsupported, match="sqlite target: only duckdb"),
    ):
        load(connection, NUMBERS, pa.table({"one": [1]}))
