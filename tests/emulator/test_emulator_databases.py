"""An emulated database ends with the test that it was for."""

from pathlib import Path

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
