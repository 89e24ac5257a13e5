"""Databases of the emulator, which live no longer than what uses them."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from tests.warehouses import Place, Places


def databases(place: Place, folder: Path) -> set[str]:
    """All that the emulator has."""
    with place.open(folder) as warehouse, warehouse.engine.connect() as connection:
        shown = connection.exec_driver_sql("show databases").mappings()
        return {str(row["name"]) for row in shown}


def test_a_database_is_dropped_when_it_is_over(places: Places, tmp_path: Path) -> None:
    """
    Another one beside it stays.
    """
    with places.new("snowflake") as stays:
        with places.new("snowflake") as place:
            with place.open(tmp_path) as warehouse, warehouse.engine.begin() as there:
                there.exec_driver_sql("create schema s")
                there.exec_driver_sql("create table s.t as select 1 as n")
            before = databases(stays, tmp_path)
        after = databases(stays, tmp_path)

    assert before - after == {place.settings["database"]}
    assert stays.settings["database"] in after


def test_what_a_killed_process_left_open_can_be_taken_back(
    places: Places, tmp_path: Path
) -> None:
    """
    Until then nobody else may change the row that it has changed.
    """
    with (
        places.new("snowflake") as place,
        place.open(tmp_path) as killed,
        killed.engine.connect() as left_open,
    ):
        left_open.exec_driver_sql("create table public.facts as select 1 as i")
        left_open.commit()
        left_open.exec_driver_sql("update public.facts set i = 2")
        with place.open(tmp_path) as other:
            with pytest.raises(DBAPIError), other.engine.begin() as connection:
                connection.exec_driver_sql("update public.facts set i = i + 2")

            place.end_transactions()

            with other.engine.begin() as connection:
                connection.exec_driver_sql("update public.facts set i = i + 2")
                left = connection.exec_driver_sql("select i from public.facts")
                assert left.scalar_one() == 3
