"""Which messages a tracking plan lets through, and what it says of the others."""

import json
from typing import Any

import pytest

from tracking.protocols import TrackingPlan, TrackingPlanInvalid

SCORE = {
    "type": "object",
    "properties": {
        "properties": {
            "type": "object",
            "required": ["score"],
            "properties": {
                "score": {"type": "integer"},
                "at": {"type": "string", "format": "date-time"},
            },
        }
    },
}
ANY: dict[str, Any] = {"type": "object"}


def plan(*rules: dict[str, Any]) -> TrackingPlan:
    return TrackingPlan.parse(json.dumps({"rules": rules}).encode())


def track(properties: object, **more: object) -> dict[str, object]:
    return {"type": "track", "event": "Spike", "properties": properties, **more}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (track({"score": 5}), None),
        (track({"score": 5, "at": "2026-11-22T12:00:00Z"}), None),
        (track({"score": "secret"}), "schema_violation"),
        (track({}), "schema_violation"),
        (track({"score": 5, "at": "secret"}), "schema_violation"),
        (track({"score": 5}) | {"event": "spike"}, "unplanned"),
        ({"type": "identify", "traits": {"x": "y"}}, None),
    ],
)
def test_a_message_is_held_against_the_rule_of_its_event(
    message: dict[str, Any], code: str | None
) -> None:
    """
    Names match to the letter, formats count, and no value is told.
    """
    found = plan({"type": "TRACK", "key": "Spike", "jsonSchema": SCORE}).violation(
        message
    )

    assert (found.code if found else None) == code
    assert "secret" not in repr(found)


def test_a_version_that_is_not_named_is_the_oldest() -> None:
    """
    As at Segment.
    """
    rules = plan(
        {"type": "TRACK", "key": "Spike", "jsonSchema": SCORE, "version": 1},
        {"type": "TRACK", "key": "Spike", "jsonSchema": ANY, "version": 2},
    )

    def says(version: object) -> bool:
        context = {"protocols": {"event_version": version}}
        return rules.violation(track({}, context=context)) is not None

    assert [says(version) for version in (1, 2, 9, None)] == [True, False, True, True]


def test_a_common_rule_is_for_every_call() -> None:
    """
    It holds beside the call's own rule.
    """
    rules = plan({"type": "COMMON", "jsonSchema": {"required": ["userId"]}})

    found = rules.violation({"type": "identify"})

    assert found is not None
    assert found.detail == "the message: required."


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b'{"rules": [7]}',
        b'{"rules": [{"type": "track"}]}',
        b'{"rules": [{"type": "TRACK", "jsonSchema": {"type": 7}}]}',
        b'{"rules": [{"type": "TRACK", "jsonSchema": {}, "version": "1"}]}',
    ],
)
def test_what_is_no_plan_is_refused_whole(text: bytes) -> None:
    """
    A rule that cannot be read must not let everything through.
    """
    with pytest.raises(TrackingPlanInvalid):
        TrackingPlan.parse(text)
