"""What a warehouse says of a row, beside what Python says of the same row.

Times have no zone here: the warehouse's are UTC.
"""
# ruff: noqa: DTZ001

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import column as named
from sqlalchemy import select, text

from sync import Sync
from sync.ledger.ledger import Ledger
from sync.look.comparison import compare
from sync.look.preview import fetched_by, next_renderer
from sync.payload.outgoing import Outgoing
from sync.payload.times import readable
from sync.payload.words import WORDS
from sync.plan.pending import rendered
from tests.sync.test_types import (
    ALSO_REFUSED,
    ALSO_SAID,
    ONLY_REFUSED,
    ONLY_SAID,
    REFUSED,
    SAID,
    cases,
)
from tests.sync.world import World
from warehouse.suppressions import ensure_suppressions, suppressions

pytestmark = [pytest.mark.only_on("duckdb", "postgres")]

COLUMNS = {
    "id": "varchar(80)",
    "device": "varchar(80)",
    "account": "bigint",
    "message": "varchar(120)",
    "at": "timestamp",
    "words": "varchar(60)",
    "whole": "bigint",
    "small": "smallint",
    "real": "double precision",
    "exact": "decimal(20, 3)",
    "flag": "boolean",
    "day": "date",
    "moment": "timestamptz",
}
# No warehouse holds half a character, and PostgreSQL's text no NUL.
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
) | st.sampled_from(['"', "\\", "a\nb", "\x1f", "\x7f", "\u2028", "👍🏽", "null", " "])
EDGES = [2**53, 2**53 - 1, -(2**53), 1 - 2**53, 2**63 - 1, -(2**63), 0]
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23)) | st.datetimes(
    datetime(1965, 1, 1), datetime(1975, 1, 1)
)
ROW = st.fixed_dictionaries(
    {
        "id": TEXT.filter(bool) | st.uuids().map(str),
        "device": st.none() | TEXT | st.just("x" * 80),
        "account": st.none() | st.integers(-5, 2**62),
        "message": st.none() | TEXT | st.sampled_from(["m" * 100, "m" * 101]),
        "at": st.none() | TIMES,
        "words": st.none() | TEXT,
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from(EDGES),
        "small": st.none() | st.integers(-(2**15), 2**15 - 1),
        "real": st.none() | st.floats(),
        "exact": st.none() | st.decimals(-(10**17) + 1, 10**17 - 1, places=3),
        "flag": st.none() | st.booleans(),
        "day": st.none() | st.dates(),
        "moment": st.none() | TIMES,
    }
)
ORDINARY = {
    "id": "somebody",
    "device": "phone",
    "account": 7,
    "message": None,
    "at": datetime(2026, 1, 2, 3, 4, 5, 678901),
    "words": "Zoë",
    "whole": 1,
    "small": 2,
    "real": 0.5,
    "exact": Decimal("2.500"),
    "flag": True,
    "day": date(2026, 1, 2),
    "moment": datetime(2026, 1, 2),
}
SYNCS: dict[str, dict[str, Any]] = {
    "identify": {
        "call": "identify",
        "key": "id",
        "user_id": "id",
        "personal": {"words": "send"},
    },
    "of a device, too": {
        "call": "identify",
        "key": ["id", "account"],
        "user_id": "account",
        "anonymous_id": "device",
        "context": {"source": "né"},
        "integrations": {"All": False},
        "active": False,
    },
    "group": {"call": "group", "key": "id", "user_id": "id", "group_id": "device"},
    "track": {
        "call": "track",
        "key": "id",
        "user_id": None,
        "anonymous_id": "device",
        "fields": {'a "name"': "words", "at": "at", "real": "real"},
        "added": {"event": 'Né "it"', "timestamp": "at", "message_id": "message"},
    },
    "audience": {"call": "audience", "key": "id", "user_id": "id"},
    "audience as a trait": {
        "call": "audience",
        "key": "id",
        "user_id": "id",
        "trait": "in it",
    },
}


@pytest.mark.parametrize("name", SYNCS)
@settings(
    max_examples=4,  # of many rows each, which are not worth an hour's shrinking
    phases=[Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=st.lists(ROW, min_size=20, max_size=60, unique_by=lambda row: row["id"]))
def test_the_warehouse_says_what_python_says(
    world: World, name: str, drawn: list[dict[str, Any]]
) -> None:
    """
    The same messageId and the same message, or the same rejection, whatever the row.
    """
    rows = [ORDINARY, *(row for row in drawn if row["id"] != ORDINARY["id"])]
    fill(world, rows)

    by_warehouse, by_python, said = both(world, world.sync(**SYNCS[name]))

    assert [unsaid(row) for row in by_warehouse] == [unsaid(row) for row in by_python]
    for mine, other in zip(by_warehouse, by_python, strict=True):
        assert bool(mine.body) == bool(other.body)
        assert not mine.body or orjson.loads(mine.body) == orjson.loads(other.body)
    assert said >= 1, "not even the ordinary row was the warehouse's"


def test_every_type_has_the_word_that_python_has(world: World, kind: str) -> None:
    """
    Or none: what JSON cannot say is null, and Python tells why.
    """
    said = cases(kind, SAID, ALSO_SAID, ONLY_SAID)
    refused = [
        (sql, None)
        for sql, reason in cases(kind, REFUSED, ALSO_REFUSED, ONLY_REFUSED)
        if reason != "message_too_large"
    ]
    columns = [f"{sql} as c{n}" for n, (sql, _) in enumerate([*said, *refused])]
    world.model("select " + ", ".join(columns))
    types = world.columns()

    words = {name: WORDS[kind].of(named(name), types[name]) for name in types}
    known = {name: word for name, word in words.items() if word is not None}
    source = text("t_syncs.people")
    with world.warehouse() as warehouse, warehouse.engine.connect() as connection:
        query = select(*(word.label(name) for name, word in known.items()))
        found = connection.execute(query.select_from(source)).mappings().one()

    exact = 0
    for number, (sql, value) in enumerate(said):
        if (word := found.get(f"c{number}")) is not None:
            assert orjson.loads(word) == value, sql
            exact += 1
    for number, (sql, _) in enumerate(refused, start=len(said)):
        assert found.get(f"c{number}") is None, sql
    assert exact >= 20


def fill(world: World, rows: Sequence[dict[str, Any]]) -> None:
    """The model `t_syncs.people` with these rows."""
    columns = ", ".join(
        f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items()
    )
    world.model(f"select {columns} where 1 = 0")
    listed = ", ".join(f":{name}" for name in COLUMNS)
    with world.warehouse() as warehouse, warehouse.engine.begin() as connection:
        connection.execute(
            text(f"insert into t_syncs.people values ({listed})"),
            list(rows),
        )


def both(world: World, sync: Sync) -> tuple[list[Outgoing], list[Outgoing], int]:
    """The rows as a run renders them, as Python alone does, and how many are said."""
    with world.warehouse() as warehouse:
        ledger, privacy = Ledger(warehouse), warehouse.step_schema("privacy")
        ensure_suppressions(warehouse.engine, privacy)
        with warehouse.engine.connect() as connection:
            look = compare(connection, ledger, sync, suppressions(privacy))
            image = look.shape.image
            renderer = next_renderer(warehouse, ledger, sync, image)
            rows = select(look.changes())
            fetch = fetched_by(connection)
            by_warehouse = list(rendered(renderer, rows, fetch))
            by_python = [
                renderer.render(row) for row in fetch(readable(rows, image), 0)
            ]
            assert renderer.wording is not None
            said = [row for row in fetch(renderer.wording.said(rows), 0) if all(row)]
    return by_warehouse, by_python, len(said)


def unsaid(row: Outgoing) -> Outgoing:
    return row._replace(body=b"")
