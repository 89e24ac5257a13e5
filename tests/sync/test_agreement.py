"""Whether model and ledger hold the same rows, told by a sum of each."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, table
from sqlalchemy import column as named

from sync import run_sync
from sync.config.image import LAST_ACTIVITY, Image, ImageColumn
from sync.diff.agreement import rows_agreed_on
from tests.sync.world import World
from tests.warehouses import duckdb_place
from tracking.sandbox.inspection import Inspection

HALVES = ["0000000000000000", "0000000000000001", "ffffffffffffffff"]
SCALARS = {
    "varchar": ["''", "'a'", "'b'", "'a '", "'A'", "repeat('x', 5000)"],
    "bigint": ["0", "1", "-1", "9007199254740993", "9007199254740992"],
    "decimal(18, 3)": ["0", "0.001", "-0.001", "1000000"],
    "decimal(38, 3)": ["0", "0.001", "-0.001", "18446744073709551.616"],
    "hugeint": ["0", "-1", "1", "18446744073709551616", "-18446744073709551616"],
    "uuid": [f"'{high}{low}'" for high, low in product(HALVES, HALVES)],
    "double": ["0.0", "0.1", "'nan'", "'inf'", "'-inf'", "5e-324"],
    "boolean": ["true", "false"],
    "date": ["'1970-01-01'", "'1970-01-02'", "'0044-03-15 (BC)'", "'infinity'"],
    "timestamp": ["'1970-01-01 00:00:00'", "'1970-01-01 00:00:00.000001'"],
    "timestamptz": ["'1970-01-01 00:00:00+00'", "'1970-01-01 00:00:00+01'"],
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with (
        duckdb_place(tmp_path) as place,
        place.open(tmp_path) as warehouse,
        warehouse.engine.begin() as connection,
    ):
        yield connection


def agreed_on(
    connection: Connection,
    kind: str,
    model: Sequence[str],
    sent: Sequence[str],
    value: str = "v",
) -> int | None:
    """Rows of a key and a value, as SQL, on which both sides agree."""
    for name, rows in (("model", model), ("sent", sent)):
        connection.exec_driver_sql(
            f"create or replace table {name} (k int, {value} {kind})"
        )
        for row in rows:
            connection.exec_driver_sql(f"insert into {name} values ({row})")
    columns = [
        ImageColumn(name=name, source=name, data_type=data_type)
        for name, data_type in (("k", "integer"), (value, kind))
    ]
    image = Image(keys=columns[:1], roles=columns[1:], fields=[])
    sides = (table(name, named("k"), named(value)) for name in ("model", "sent"))
    return rows_agreed_on(connection, image, *sides)


@pytest.mark.parametrize("kind", SCALARS)
def test_one_value_that_differs_is_seen(connection: Connection, kind: str) -> None:
    """
    Each value of each type from each other, null among them.
    """
    unseen = [
        (before, after)
        for before, after in combinations(["null", *SCALARS[kind]], 2)
        if agreed_on(connection, kind, [f"1, {after}"], [f"1, {before}"])
    ]

    assert unseen == []


@pytest.mark.parametrize("kind", SCALARS)
def test_the_same_rows_agree_in_any_order(connection: Connection, kind: str) -> None:
    """
    Tables have none.
    """
    rows = [f"{key}, {value}" for key, value in enumerate([*SCALARS[kind], "null"])]

    assert agreed_on(connection, kind, rows, rows[::-1]) == len(rows)


def test_two_rows_that_swap_their_values_are_seen(connection: Connection) -> None:
    """
    Nothing came and nothing left, but each says something else now.
    """
    before = [f"{key}, {key}" for key in range(12)]
    for one, other in combinations(range(12), 2):
        after = [row for key, row in enumerate(before) if key not in (one, other)]
        after += [f"{one}, {other}", f"{other}, {one}"]

        assert agreed_on(connection, "bigint", after, before) is None


def test_when_somebody_was_last_seen_is_no_difference(connection: Connection) -> None:
    """
    It is asked, and never told.
    """
    seen = [f"1, '2026-01-0{day}'" for day in (1, 2)]

    assert agreed_on(connection, "date", seen[:1], seen[1:], LAST_ACTIVITY) == 1


def test_a_key_that_is_there_twice_is_seen(connection: Connection) -> None:
    """
    The ledger has each once: the model's own rows are checked then.
    """
    rows = ["1, 1", "2, 2"]

    assert agreed_on(connection, "bigint", [*rows, "2, 2"], rows) is None


@pytest.mark.parametrize(
    "kind", ["integer[]", "varchar[]", "decimal(9, 2)[]", "struct(a integer)", "json"]
)
def test_what_has_parts_is_compared_by_column(
    connection: Connection, kind: str
) -> None:
    """
    DuckDB's hash of an empty list is that of null.
    """
    assert agreed_on(connection, kind, ["1, null"], ["1, null"]) is None


def test_an_empty_ledger_agrees_with_nothing(connection: Connection) -> None:
    """
    An empty model is a guard's to judge.
    """
    assert agreed_on(connection, "bigint", [], []) is None


def test_a_run_without_news_joins_nothing(
    tmp_path: Path,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    So that it needs no more memory for ten million rows than for ten.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    statements: list[str] = []
    with duckdb_place(tmp_path) as place:
        world = World(tmp_path, place, sandbox_url, sandbox)
        world.model("select 'a' as id, 'u' as user_id, 1 as score, 'x' as url")
        world.run(world.identify())
        sync = world.identify()
        with world.warehouse() as warehouse:
            event.listen(
                warehouse.engine,
                "before_cursor_execute",
                lambda *arguments: statements.append(str(arguments[2])),
            )
            report = run_sync(warehouse, sync)

    assert report.counts.total == 0
    assert not any(" JOIN " in statement for statement in statements)
