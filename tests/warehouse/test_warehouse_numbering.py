from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, insert, select, table

from tests.warehouses import Place, duckdb_place
from warehouse import Warehouse
from warehouse.numbering import numbered

FRUIT = table("fruit", column("name"), column("weight"))
KEPT = table("kept", column("position"), column("name"), column("weight"))
BY_WEIGHT = numbered(select(FRUIT), lambda rows: [rows.c.weight, rows.c.name])


@pytest.fixture
def warehouse(place: Place, tmp_path: Path) -> Iterator[Warehouse]:
    with place.open(tmp_path) as opened:
        yield opened


def test_a_number_says_how_many_rows_come_before(warehouse: Warehouse) -> None:
    """
    In the order that was asked for, from 1 on, without a gap.
    """
    with warehouse.engine.begin() as connection:
        connection.exec_driver_sql(
            "create table fruit as select name, weight from "
            "(values ('plum', 2), ('melon', 9), ('apple', 3), ('fig', 2)) "
            "as listed(name, weight)"
        )
        found = connection.execute(BY_WEIGHT.order_by("position")).all()

    assert found == [
        (1, "fig", 2),
        (2, "plum", 2),
        (3, "apple", 3),
        (4, "melon", 9),
    ]


def test_more_rows_than_memory_are_numbered_in_order(tmp_path: Path) -> None:
    """
    100 MB in 64 MB, by two threads: DuckDB has no memory for a window of them.
    """
    with (
        duckdb_place(tmp_path, memory_limit="64MB", threads=2) as tight,
        tight.open(tmp_path) as warehouse,
        warehouse.engine.begin() as connection,
    ):
        connection.exec_driver_sql(
            "create table fruit as select (i * 7919) % 1000003 as weight, "
            "repeat(md5(i::varchar), 3) as name from range(1000000) as numbers(i)"
        )
        connection.exec_driver_sql(
            "create table kept (position bigint, name varchar, weight bigint)"
        )
        connection.execute(insert(KEPT).from_select(list(KEPT.c.keys()), BY_WEIGHT))
        misplaced = connection.exec_driver_sql(
            "select count(*) from kept as one inner join kept as following "
            "on following.position = one.position + 1 "
            "where following.weight <= one.weight"
        ).scalar_one()
        first, last = connection.exec_driver_sql(
            "select min(position), max(position) from kept"
        ).one()

    assert misplaced == 0
    assert (first, last) == (1, 1_000_000)
