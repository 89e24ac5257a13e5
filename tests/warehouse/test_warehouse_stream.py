from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, select, table

from tests.warehouses import Place
from warehouse import Warehouse
from warehouse.stream import Rows, stream

NUMBERS = table("numbers", column("i"))
EVERY = select(NUMBERS.c.i)


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


def read(warehouse: Warehouse, **words: int) -> Iterator[Rows]:
    """All of the numbers, unless some words say otherwise."""
    asked = {"after": -1, "through": 9_999, "chunk_values": 3_000, **words}
    return stream(warehouse, EVERY, NUMBERS.c.i, **asked)


def test_rows_come_in_order_and_in_pieces(warehouse: Warehouse) -> None:
    """
    Never all at one time.
    """
    chunks = list(read(warehouse))

    assert [row for chunk in chunks for row in chunk] == [(i,) for i in range(10_000)]
    assert max(len(chunk) for chunk in chunks) <= 3_000


def test_only_what_lies_between_two_numbers_comes(warehouse: Warehouse) -> None:
    """
    After the one and up to the other, whatever the size of a piece.
    """
    chunks = read(warehouse, after=2_500, through=7_000)

    found = [row for chunk in chunks for row in chunk]

    assert found == [(i,) for i in range(2_501, 7_001)]


@pytest.mark.parametrize("count", [0, 1, 2, 3_000, 3_001])
def test_any_number_of_rows_comes_whole(warehouse: Warehouse, count: int) -> None:
    """
    None, one, as many as a piece holds, and one more.
    """
    found = [row for chunk in read(warehouse, through=count - 1) for row in chunk]

    assert found == [(i,) for i in range(count)]


def test_a_wide_row_comes_among_few(warehouse: Warehouse) -> None:
    """
    What is in memory at one time is bounded in values, not in rows.
    """
    wide = EVERY.add_columns(*(NUMBERS.c.i.label(f"i{n}") for n in range(9)))
    chunks = stream(
        warehouse, wide, NUMBERS.c.i, after=-1, through=9_999, chunk_values=3_000
    )

    assert [len(chunk) for chunk in chunks] == [300] * 33 + [100]


def test_another_connection_writes_meanwhile(warehouse: Warehouse) -> None:
    """
    A checkpoint is written while the plan is read, and the reading goes on.
    """
    chunks = read(warehouse)
    first = next(chunks)
    with warehouse.engine.begin() as connection:
        connection.exec_driver_sql("create table checkpoints as select 1 as at")

    rest = [row for chunk in chunks for row in chunk]

    assert len(first) + len(rest) == 10_000


def test_who_stops_early_leaves_nothing_open(warehouse: Warehouse) -> None:
    """
    The connection is back in the pool.
    """
    chunks = read(warehouse, chunk_values=10)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]

    assert warehouse.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
