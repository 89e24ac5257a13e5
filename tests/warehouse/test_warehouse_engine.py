from pathlib import Path

import pytest

from tests.warehouses import Place, duckdb_place
from warehouse import WarehouseUnreachable


def with_settings(place: Place, **settings: object) -> Place:
    return Place(kind=place.kind, settings={**place.settings, **settings})


def test_a_session_is_in_utc_and_never_cut_off(place: Place, tmp_path: Path) -> None:
    """
    Wherever the server thinks it is.
    """
    moment = "cast(timestamp with time zone '2026-01-01 00:00:00+00' as varchar)"

    with place.open(tmp_path) as warehouse, warehouse.engine.connect() as connection:
        (shown,) = connection.exec_driver_sql(f"select {moment}").one()

    assert shown == "2026-01-01 00:00:00+00"


@pytest.mark.parametrize(
    "settings",
    [
        {"password": "none-of-theirs"},
        {"dbname": "none_of_theirs"},
        {"sslmode": "require"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_server_that_says_no_is_a_sentence_without_its_address(
    shared_place: Place, tmp_path: Path, settings: dict[str, object]
) -> None:
    """
    The target and its kind are named; the account, the host and the key are not.
    """
    place = with_settings(shared_place, **settings)

    with pytest.raises(WarehouseUnreachable) as raised, place.open(tmp_path):
        raise AssertionError

    assert "Target 'demo' (postgres) cannot be opened" in str(raised.value)
    for name in ("host", "port", "user", "password", "dbname"):
        assert str(place.settings[name]) not in str(raised.value).replace(
            "(postgres)", ""
        )


def test_the_role_and_search_path_of_the_profile_are_taken(
    shared_place: Place, tmp_path: Path
) -> None:
    """
    dbt takes them, so what relyv makes would belong to somebody else without them.
    """
    place = with_settings(shared_place, role="pg_monitor", search_path="a, b")

    with place.open(tmp_path) as warehouse, warehouse.engine.connect() as connection:
        (role,) = connection.exec_driver_sql("select current_user").one()
        (path,) = connection.exec_driver_sql("show search_path").one()

    assert (role, path) == ("pg_monitor", "a, b")


def test_a_connection_may_open_after_a_spill(tmp_path: Path) -> None:
    """
    DuckDB refuses to be told where to spill once it has, even the same folder again.
    """
    with (
        duckdb_place(tmp_path, memory_limit="48MB", threads=1) as tight,
        tight.open(tmp_path) as warehouse,
        warehouse.engine.connect() as first,
    ):
        first.exec_driver_sql(
            "create temp table spilled as select md5(i::varchar) || md5(i::varchar)"
            " as text from range(1000000) as numbers(i) order by 1"
        )
        spilled = first.exec_driver_sql(
            "select sum(size) from duckdb_temporary_files()"
        ).scalar()
        with warehouse.engine.connect() as second:
            answer = second.exec_driver_sql("select 1").scalar()

    assert spilled
    assert answer == 1
