"""What a value of the warehouse becomes in JSON."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest

from sync.errors import RowRejected
from sync.payload.values import identifier, json_value
from tests.sync.world import World, rows


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (2**53 - 1, "9007199254740991"),
        (0.1, "0.1"),
        (Decimal("57.0"), "57"),
        (Decimal("12.50"), "12.5"),
        ("Zoë 🙂", '"Zoë 🙂"'),
        ('"\\\x00', '"\\"\\\\\\u0000"'),
        (datetime(2026, 1, 2, 3, 4, 5, 678901), '"2026-01-02T03:04:05.678Z"'),  # noqa: DTZ001
        (date(2026, 1, 2), '"2026-01-02"'),
        (UUID(int=0), '"00000000-0000-0000-0000-000000000000"'),
        ([1, Decimal("2.5")], "[1,2.5]"),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_a_value_is_said_exactly(value: Any, text: str) -> None:
    """
    A number stays a number, a time is ISO 8601 in UTC.
    """
    assert orjson.dumps(json_value(value, column="c")).decode() == text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not_a_finite_number"),
        (float("-inf"), "not_a_finite_number"),
        (Decimal("NaN"), "not_a_finite_number"),
        (2**53, "integer_too_large"),
        (Decimal(2**60), "integer_too_large"),
        ("\ud83d", "not_unicode"),
        (b"bytes", "value_has_no_json"),
    ],
)
def test_what_json_would_bend_is_refused(value: Any, reason: str) -> None:
    """
    The reason is a code; the sentence names the column and not the value.
    """
    with pytest.raises(RowRejected) as raised:
        json_value(value, column="the_column")

    assert raised.value.reason == reason
    assert "the_column" in raised.value.detail


def test_json_text_becomes_the_value_that_it_says() -> None:
    """
    A JSON column is an object in the message, not a text with quotes in it.
    """
    assert json_value('{"a":[1]}', column="c", is_json=True) == {"a": [1]}
    with pytest.raises(RowRejected):
        json_value("{", column="c", is_json=True)


@pytest.mark.parametrize(("value", "text"), [(7, "7"), ("u1", "u1"), (None, None)])
def test_an_id_is_text(value: Any, text: str | None) -> None:
    """
    Segment drops a call whose id is a number, and answers 200.
    """
    assert identifier(value, column="user_id") == text


def test_an_id_that_is_a_fraction_is_refused() -> None:
    """
    Which text it should be, nobody knows.
    """
    with pytest.raises(RowRejected):
        identifier(1.5, column="user_id")


def test_every_type_of_column_arrives(world: World) -> None:
    """
    Through the warehouse, the ledger and the wire, and back again on the next run.
    """
    world.model(
        "select 'k' as id, 42 as user_id, cast(1.50 as decimal(9, 2)) as price, "
        "0.1 as ratio, true as vip, date '2026-01-02' as born, "
        "cast('{\"a\": [1]}' as json) as extra, "
        "timestamp '2026-01-02 03:04:05.678' as seen, 'Zoë' as name"
    )

    world.run(world.identify())

    (message,) = world.messages()
    assert message["userId"] == "42"
    assert message["traits"] == {
        "price": 1.5,
        "ratio": 0.1,
        "vip": True,
        "born": "2026-01-02",
        "extra": {"a": [1]},
        "seen": "2026-01-02T03:04:05.678Z",
        "name": "Zoë",
    }
    assert world.run(world.identify()).counts.total == 0


def test_times_are_utc() -> None:
    """
    The warehouse's timestamps are naive UTC; one with a zone is not mistaken for it.
    """
    aware = datetime(2026, 1, 2, tzinfo=UTC)

    assert json_value(aware, column="c") == "2026-01-02T00:00:00.000Z"


@pytest.mark.parametrize(
    "name",
    [
        "Order",
        "select",
        "100% sure",
        'so-called "score"',
        "user's",
        "naïve",
        "n" * 58,
        "change",
    ],
)
def test_any_name_can_be_a_field(world: World, name: str) -> None:
    """
    Reserved words, capitals, quotes and per cent signs, from a first run to a rename.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify(fields={name: "score"}))
    again = world.run(world.identify(fields={name: "score"}))

    world.run(world.identify(fields={f"{name[:57]}2": "score", "url": "url"}))

    first, second = [message["traits"] for message in world.messages()]
    assert again.counts.total == 0
    assert first == {name: 1}
    assert second == {f"{name[:57]}2": 1, "url": "x", name: None}


@pytest.mark.parametrize(
    "text", ['"text"', "12.50", "null", "[]", '{"b": {"a": [1.0, "é"]}}', "true"]
)
def test_json_columns_hold_any_json(world: World, text: str) -> None:
    """
    An object, a list, and a text that is itself JSON, are sent as what they say.
    """
    world.model(f"select 'a' as id, 'u1' as user_id, cast('{text}' as json) as extra")

    report = world.run(world.identify())

    assert report.rejected == 0
    (message,) = world.messages()
    assert message["traits"] == {"extra": orjson.loads(text)}
    assert world.run(world.identify()).counts.total == 0


@pytest.mark.parametrize(
    ("value", "is_json", "reason"),
    [
        ('{"a": "\\ud800"}', True, "not_json"),
        ('["x \\udfff"]', True, "not_json"),
        ('{"\\ud800": 1}', True, "not_json"),
        ('{"a": "\ud800"}', True, "not_json"),
        ("half \ud800", False, "not_unicode"),
    ],
)
def test_half_a_character_is_a_rejection(
    value: str, is_json: bool, reason: str
) -> None:
    """
    Escaped in a JSON column or bare in text, it would make the request no JSON at all.
    """
    with pytest.raises(RowRejected) as rejected:
        json_value(value, column="c", is_json=is_json)

    assert rejected.value.reason == reason


def test_both_halves_are_a_character() -> None:
    """
    An escaped pair is one emoji, in a name and in a value.
    """
    text = '{"\\ud83d\\ude00": "\\ud83d\\ude00"}'

    assert json_value(text, column="c", is_json=True) == {"😀": "😀"}
