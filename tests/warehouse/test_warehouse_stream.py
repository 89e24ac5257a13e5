from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, select, table

from tests.warehouses import Place
from warehouse import Warehouse
from warehouse.stream import stream

NUMBERS = table("numbers", column("i"))
IN_ORDER = select(NUMBERS.c.i).order_by(NUMBERS.c.i)


@pytest.fixture
def warehouse(place: Place, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with 10,000 numbers in it."""
    listed = ", ".join(f"({number})" for number in range(10_000))
    with place.open(tmp_path) as opened:
        with opened.engine.begin() as connection:
            connection.exec_driver_sql(
                f"create table numbers as select i from (values {listed}) as n(i)"
            )
        yield opened


def test_rows_come_in_order_and_in_pieces(warehouse: Warehouse) -> None:
    """
    Never all at one time.
    """
    chunks = list(stream(warehouse, IN_ORDER, chunk_rows=3_000))

    assert [row for chunk in chunks for row in chunk] == [(i,) for i in range(10_000)]
    assert max(len(chunk) for chunk in chunks) <= 3_000


def test_another_connection_writes_meanwhile(warehouse: Warehouse) -> None:
    """
    A checkpoint is written while the plan is read, and the reading goes on.
    """
    chunks = stream(warehouse, IN_ORDER, chunk_rows=3_000)
    first = next(chunks)
    with warehouse.engine.begin() as connection:
        connection.exec_driver_sql("delete from numbers where i > 5000")

    rest = [row for chunk in chunks for row in chunk]

    assert len(first) + len(rest) == 10_000


def test_who_stops_early_leaves_nothing_open(warehouse: Warehouse) -> None:
    """
    The connection is back in the pool.
    """
    chunks = stream(warehouse, IN_ORDER, chunk_rows=10)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]

    assert warehouse.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
