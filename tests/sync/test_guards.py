"""A plan that looks like an accident stops before the first request."""

from typing import Any

import pytest

from sync.errors import (
    ColumnRetyped,
    GuardTripped,
    IdIsRepeated,
    KeyIsNull,
    KeyIsRepeated,
    SourceIsEmpty,
    TooManyCalls,
    TooManyRemovals,
)
from tests.sync.world import World, rows

CONFIRMED = (("a", "u1", 1, "x"), ("b", "u2", 2, "y"), ("c", "u3", 3, "z"))
RETYPED = "select 'a' as id, 'u1' as user_id, '1' as score, 'x' as url"
AUDIENCE = {"call": "audience"}
STRICT = {"guard": {"removed_percent": 10, "calls": 2}}

# What the model becomes, what the exposure says, what stops it, can it be meant.
ACCIDENTS: list[tuple[str, dict[str, Any], type[GuardTripped], bool]] = [
    (rows(*CONFIRMED[:2]), STRICT, TooManyRemovals, True),
    (rows(*((k, u, 9, w) for k, u, _, w in CONFIRMED)), STRICT, TooManyCalls, True),
    (f"{rows(*CONFIRMED)} where false", {}, SourceIsEmpty, True),
    (RETYPED, {}, ColumnRetyped, True),
    (rows(*CONFIRMED, (None, "u4", 4, "x")), {}, KeyIsNull, False),
    (rows(*CONFIRMED, ("a", "u4", 4, "x")), {}, KeyIsRepeated, False),
    (rows(*CONFIRMED, ("d", "u1", 4, "x")), {}, IdIsRepeated, False),
    (rows(*CONFIRMED, ("d", "u1", 4, "x")), AUDIENCE, IdIsRepeated, False),
]


@pytest.mark.parametrize(
    ("accident", "settings", "error", "can_be_meant"),
    ACCIDENTS,
    ids=["removals", "calls", "empty", "type", "null", "repeated", "id", "member"],
)
def test_an_accident_sends_nothing(
    world: World,
    accident: str,
    settings: dict[str, Any],
    error: type[GuardTripped],
    can_be_meant: bool,
) -> None:
    """
    Not today and not tomorrow, until it is accepted, if it can be meant at all.
    """
    world.model(rows(*CONFIRMED))
    world.run(world.identify(**settings), accept_guard=True)
    requests = world.sandbox.summary()["requests"]
    world.model(accident)

    for _ in range(2):
        with pytest.raises(GuardTripped) as raised:
            world.run(world.identify(**settings))
        assert type(raised.value) is error
        assert raised.value.exit_code == 3
        asked = "--accept-guard" if can_be_meant else "dbt build -s people"
        assert asked in str(raised.value)

    assert world.sandbox.summary()["requests"] == requests
    if can_be_meant:
        assert world.run(world.identify(**settings), accept_guard=True).counts.total
    else:
        with pytest.raises(error):
            world.run(world.identify(**settings), accept_guard=True)
