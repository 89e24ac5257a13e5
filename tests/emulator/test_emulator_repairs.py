"""What the emulator must get right for the tests on it to mean anything."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tests.emulator.process import Emulator
from tests.warehouses import Place, Places
from warehouse import Warehouse

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def warehouse(places: Places, tmp_path: Path) -> Iterator[Warehouse]:
    with places.new("snowflake") as place, place.open(tmp_path) as warehouse:
        yield warehouse


@pytest.fixture
def run(warehouse: Warehouse) -> Run:
    def execute(*statements: str) -> list[tuple[Any, ...]]:
        with warehouse.engine.begin() as connection:
            return rows_of(connection, *statements)

    return execute


def rows_of(connection: Connection, *statements: str) -> list[tuple[Any, ...]]:
    for statement in statements:
        result = connection.exec_driver_sql(statement)
    return [tuple(row) for row in result] if result.returns_rows else []


def test_a_null_timestamp_stays_null(run: Run) -> None:
    """
    It does not become 1970, whatever stands beside it.
    """
    rows = run(
        "select column1, cast(column2 as timestamp_ntz) from (values "
        "(1, null), (2, '2026-01-02 03:04:05.000006'), (3, null)) order by 1"
    )

    assert rows == [(1, None), (2, datetime(2026, 1, 2, 3, 4, 5, 6)), (3, None)]  # noqa: DTZ001


def test_a_column_of_nulls_only(run: Run) -> None:
    """
    With no value from which its type could be guessed.
    """
    assert run("select cast(null as timestamp_ntz) as nothing") == [(None,)]


def test_a_sum_of_numbers_is_exact(run: Run) -> None:
    """
    Tenths add up, and so do whole numbers that no double can hold.
    """
    rows = run(
        "create schema facts",
        "create table facts.numbers (tenth number(18, 6), large number(38, 0))",
        "insert into facts.numbers select 0.1, 9007199254740993 "
        "from table(generator(rowcount => 3))",
        "select sum(tenth), sum(large) from facts.numbers",
    )

    assert rows == [(Decimal("0.3"), 3 * 9007199254740993)]
    assert isinstance(rows[0][0], Decimal)


def test_whole_numbers_are_of_one_type(run: Run) -> None:
    """
    A count, a sum and a literal alike.
    """
    rows = run(
        "create schema facts",
        "create table facts.numbers as select 1 as one, count(*) as many, "
        "sum(cast(1 as number(38, 0))) as total",
        "select data_type, numeric_precision, numeric_scale "
        "from information_schema.columns where table_schema = 'FACTS'",
    )

    assert rows == [("NUMBER", 38, 0)] * 3


def test_a_text_in_json_is_the_text(run: Run) -> None:
    """
    Without the quotes that it has in JSON; what is not there is null.
    """
    rows = run(
        "select cast(get(parsed, 'a') as varchar), cast(get(parsed, 'b') as varchar), "
        "cast(get(parsed, 'c') as varchar), cast(get(parsed, 'd') as varchar) "
        "from (select try_parse_json("
        """'{"a": "x", "b": null, "d": 1}') as parsed) as things"""
    )

    assert rows == [("x", None, None, "1")]


def test_half_of_an_md5_is_a_number(run: Run) -> None:
    """
    The same for the same text, and below 2 to the 64.
    """
    rows = run(
        "select md5_number_lower64('a'), md5_number_lower64('b'), "
        "md5_number_lower64(letter) from (select 'a' as letter) as letters"
    )

    one, other, again = rows[0]
    assert one == again != other
    assert 0 <= int(one) < 2**64


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("YYYY-MM-DD", "2026-01-02"),
        ("YYYY-MM-DD HH24:MI:SS", "2026-01-02 03:04:05"),
        ('YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"', "2026-01-02T03:04:05.678Z"),
    ],
)
def test_to_char_obeys_its_format(run: Run, wanted: str, text: str) -> None:
    """
    A day is a day, and not a day with its midnight.
    """
    rows = run(
        "create schema facts",
        "create table facts.moments (moment timestamp_ntz)",
        "insert into facts.moments values ('2026-01-02 03:04:05.678')",
        f"select to_char(moment, '{wanted}') from facts.moments",
    )

    assert rows == [(text,)]


def test_to_char_of_an_unknown_format_is_refused(run: Run) -> None:
    """
    Rather than answered with something else.
    """
    with pytest.raises(DBAPIError, match="to_char with the format"):
        run("select to_char(moment, 'MON') from (select sysdate() as moment) as m")


MERGE = (
    "merge into facts.kept using facts.came on kept.id = came.id "
    "when matched and came.gone then delete "
    "when matched then update set score = came.score "
    "when not matched then insert (id, score) values (came.id, came.score)"
)


@pytest.fixture
def merging(run: Run) -> None:
    run(
        "create schema facts",
        "create table facts.kept (id varchar, score number)",
        "create table facts.came (id varchar, score number, gone boolean)",
        "insert into facts.kept values ('a', 1), ('b', 1)",
        "insert into facts.came values "
        "('a', 2, false), ('b', 2, true), ('c', 2, false)",
    )


@pytest.mark.usefixtures("merging")
def test_a_merge_updates_deletes_and_inserts(warehouse: Warehouse, run: Run) -> None:
    """
    And says how many rows it touched.
    """
    with warehouse.engine.begin() as connection:
        touched = connection.exec_driver_sql(MERGE).rowcount

    assert touched == 3
    assert run("select * from facts.kept order by id") == [("a", 2), ("c", 2)]


@pytest.mark.usefixtures("merging")
def test_a_merge_goes_with_its_transaction(warehouse: Warehouse, run: Run) -> None:
    """
    Rolled back, it has done nothing; stock it fails there.
    """
    with warehouse.engine.connect() as connection, connection.begin() as work:
        connection.exec_driver_sql("delete from facts.kept where id = 'b'")
        connection.exec_driver_sql(MERGE)
        work.rollback()

    assert run("select * from facts.kept order by id") == [("a", 1), ("b", 1)]


def test_a_temporary_table_has_a_schema_and_ends_with_its_session(
    places: Places, tmp_path: Path
) -> None:
    """
    It can be named with its schema, and is gone for the next session.
    """
    with places.new("snowflake") as place:
        with place.open(tmp_path) as warehouse, warehouse.engine.begin() as first:
            rows = rows_of(
                first,
                "create schema facts",
                "create temporary table facts.seen (id varchar)",
                "insert into facts.seen values ('a')",
                "select id from facts.seen",
            )
        with (
            place.open(tmp_path) as warehouse,
            warehouse.engine.begin() as second,
            pytest.raises(DBAPIError, match="does not exist"),
        ):
            rows_of(second, "select id from facts.seen")

    assert rows == [("a",)]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "statement", ["create task t as select 1", "select approximate_jaccard_index(1)"]
)
def test_what_it_cannot_run_is_an_error_of_the_statement(
    run: Run, statement: str
) -> None:
    """
    At once: the connector would retry a server's error for minutes.
    """
    with pytest.raises(DBAPIError):
        run(statement)

    assert run("select 1") == [(1,)]


@pytest.mark.timeout(60)
def test_an_answer_that_has_no_type_in_snowflake_is_an_error(run: Run) -> None:
    """
    The emulator falls over such a result; the session goes on.
    """
    with pytest.raises(DBAPIError, match="emulator cannot run this"):
        run("select interval '1 day' as duration")

    assert run("select 1") == [(1,)]


def test_a_result_of_many_batches_arrives_whole(run: Run) -> None:
    """
    More rows than DuckDB hands out at one time.
    """
    rows = run("select seq4() as i from table(generator(rowcount => 300000))")

    assert len(rows) == 300_000


def test_ddl_commits_what_was_open(warehouse: Warehouse, run: Run) -> None:
    """
    As on Snowflake: a transaction with DDL in it cannot be taken back.
    """
    run("create schema facts", "create table facts.numbers (i number)")
    with warehouse.engine.connect() as connection, connection.begin() as work:
        connection.exec_driver_sql("insert into facts.numbers values (1)")
        connection.exec_driver_sql("create table facts.others (i number)")
        connection.exec_driver_sql("insert into facts.numbers values (2)")
        work.rollback()

    assert run("select i from facts.numbers") == [(1,)]


def test_a_word_that_only_duckdb_keeps_for_itself_is_a_name(run: Run) -> None:
    """
    A column may be called `at`.
    """
    rows = run("create table here (at number)", "select at from here")

    assert rows == []


def test_a_session_begins_in_the_schema_public(run: Run) -> None:
    """
    Every database of Snowflake has it: a table without a schema goes there.
    """
    rows = run("create table here (i number)", "select count(*) from public.here")

    assert rows == [(0,)]


def test_databases_are_apart(snowflake_emulator: Emulator, tmp_path: Path) -> None:
    """
    Each test has its own; two may have the same names in them.
    """
    for name in ("apart_1", "apart_2"):
        place = Place(kind="snowflake", settings=snowflake_emulator.settings(name))
        with place.open(tmp_path) as warehouse, warehouse.engine.begin() as connection:
            rows_of(
                connection, "create schema facts", "create table facts.t (i number)"
            )
