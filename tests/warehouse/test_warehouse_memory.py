from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.held_files import held_elsewhere
from tests.warehouses import duckdb_place
from warehouse import Warehouse, WarehouseBusy
from warehouse.memory import grown_as_needed, least_memory, little_memory

# An aggregate that is one text of 200 MB: DuckDB cannot spill it.
LARGE = "select length(string_agg(repeat('x', 1000), '')) from range(200000)"


@contextmanager
def duckdb(folder: Path, **settings: object) -> Iterator[Warehouse]:
    with duckdb_place(folder, **settings) as place, place.open(folder) as warehouse:
        yield warehouse


def limit(warehouse: Warehouse) -> str:
    return str(_value(warehouse, "select current_setting('memory_limit')"))


def threads_of(warehouse: Warehouse) -> int:
    return int(str(_value(warehouse, "select current_setting('threads')")))


def test_what_needs_more_memory_is_done_again_with_more(tmp_path: Path) -> None:
    """
    72 MB for one thread are too little for it; somewhat more are enough.
    """
    limits: list[str] = []
    threads: list[int] = []
    with duckdb(tmp_path) as warehouse:
        many = threads_of(warehouse)

        def work() -> object:
            limits.append(limit(warehouse))
            threads.append(threads_of(warehouse))
            return _value(warehouse, LARGE)

        with little_memory(warehouse):
            length = grown_as_needed(warehouse, work)
        afterwards = limit(warehouse), threads_of(warehouse)

    assert length == 200_000_000
    assert limits[0] == "68.6 MiB"
    assert threads[:2] == [1, 1]
    assert len({*limits}) == len(limits) > 1
    assert afterwards == ("1.8 GiB", many)


def test_a_limit_in_the_profile_stays(tmp_path: Path) -> None:
    """
    Whoever sets one knows the machine: it neither grows nor shrinks.
    """
    with duckdb(tmp_path, memory_limit="100MB") as warehouse, little_memory(warehouse):
        with pytest.raises(OperationalError, match="Out of Memory"):
            grown_as_needed(warehouse, lambda: _value(warehouse, LARGE))
        found = limit(warehouse)

    assert found == "95.3 MiB"


def test_a_log_is_copied_when_the_profile_says(tmp_path: Path) -> None:
    """
    Somebody's own word on it stays, in little memory and after it.
    """
    asked = "select current_setting('checkpoint_threshold')"
    with duckdb(tmp_path, checkpoint_threshold="32MB") as warehouse:
        with little_memory(warehouse):
            meanwhile = _value(warehouse, asked)
        afterwards = _value(warehouse, asked)

    assert meanwhile == afterwards == "30.5 MiB"


@pytest.mark.parametrize("own", [{}, {"memory_limit": "100MB"}])
def test_no_log_is_copied_in_little_memory(
    tmp_path: Path, own: dict[str, object]
) -> None:
    """
    A copy that fails would take the open file with it.
    """
    with duckdb(tmp_path, **own) as warehouse, little_memory(warehouse):
        threshold = _value(warehouse, "select current_setting('checkpoint_threshold')")

    assert str(threshold).endswith("GiB")


def test_least_memory_is_first_taken_from_the_threads(tmp_path: Path) -> None:
    """
    What all share may be enough for one; only then there is more.
    """
    seen: list[tuple[str, int]] = []
    with duckdb(tmp_path) as warehouse, little_memory(warehouse):
        usual = threads_of(warehouse)

        def work() -> object:
            seen.append((limit(warehouse), threads_of(warehouse)))
            return _value(warehouse, LARGE)

        with least_memory(warehouse):
            many = threads_of(warehouse)
            grown_as_needed(warehouse, work)

    assert usual == 1 < many
    assert seen[:3] == [("30.5 MiB", many), ("30.5 MiB", 1), ("61.0 MiB", 1)]


def test_a_delete_that_was_refused_is_done_again(tmp_path: Path) -> None:
    """
    DuckDB takes some of its rows for deleted until the file is opened anew.
    """
    rows = (
        "select 'key-' || i as name, md5('' || i) as said from range(3000000) as n(i)"
    )
    with duckdb(tmp_path) as warehouse:
        with warehouse.engine.begin() as connection:
            connection.exec_driver_sql(f"create table kept as {rows}")
            connection.exec_driver_sql(
                "create table gone as select name from kept where rowid % 10 = 0"
            )
        tried = []

        def work() -> None:
            tried.append(1)
            with warehouse.engine.begin() as connection:
                connection.exec_driver_sql(
                    "delete from kept where exists"
                    " (select 1 from gone where gone.name = kept.name)"
                )

        with little_memory(warehouse), least_memory(warehouse):
            grown_as_needed(warehouse, work)
        left = _value(warehouse, "select count(*) from kept")

    assert len(tried) > 1
    assert left == 2_700_000


def test_who_takes_the_file_in_between_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It is free for a moment when it is opened anew.
    """
    monkeypatch.setenv("RELYV_BUSY_WAIT_SECONDS", "0.05")
    with duckdb(tmp_path) as warehouse:
        file = str(warehouse.engine.url.database)
        warehouse.engine.dispose()
        with (
            held_elsewhere(file) as process,
            pytest.raises(WarehouseBusy, match=f"process {process}"),
        ):
            warehouse.reopen()


def test_threads_in_the_profile_stay(tmp_path: Path) -> None:
    """
    As many as somebody wants, however little each of them has.
    """
    threads: list[int] = []
    with duckdb(tmp_path, threads=3) as warehouse, little_memory(warehouse):

        def work() -> object:
            threads.append(threads_of(warehouse))
            return _value(warehouse, LARGE)

        grown_as_needed(warehouse, work)

    assert len(threads) > 1
    assert set(threads) == {3}


def test_what_fails_for_another_reason_is_not_tried_again(tmp_path: Path) -> None:
    """
    More memory mends no missing table.
    """
    tried = []
    with duckdb(tmp_path) as warehouse, little_memory(warehouse):

        def work() -> object:
            tried.append(1)
            return _value(warehouse, "select * from nowhere")

        with pytest.raises(Exception, match="nowhere"):
            grown_as_needed(warehouse, work)

    assert len(tried) == 1


def _value(warehouse: Warehouse, query: str) -> object:
    with warehouse.engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar_one()
