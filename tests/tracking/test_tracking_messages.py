"""Segment's rules for one message, each at both of its sides."""

from typing import Any

import pytest

from tracking import EXPLANATIONS, drop_code, unify_code
from tracking.consent import CONSENT_EVENT

IDENTIFY = {"type": "identify", "userId": "u1", "traits": {"plan": "pro"}}
TRACK = {"type": "track", "userId": "u1", "event": "Order Completed"}
PAGE = {"type": "page", "userId": "u1", "name": "Home", "category": "Docs"}
GROUP = {"type": "group", "userId": "u1", "groupId": "g1", "traits": {}}
ALIAS = {"type": "alias", "userId": "u2", "previousId": "u1"}
CONSENT: dict[str, Any] = {
    "type": "track",
    "anonymousId": "a1",
    "event": CONSENT_EVENT,
    "context": {"consent": {"categoryPreferences": {"ads": False}}},
}

KEPT = [
    pytest.param(IDENTIFY, id="identify"),
    pytest.param(TRACK, id="track"),
    pytest.param(PAGE, id="page"),
    pytest.param(PAGE | {"type": "screen"}, id="screen"),
    pytest.param(GROUP, id="group"),
    pytest.param(ALIAS, id="alias"),
    pytest.param(CONSENT, id="consent"),
    pytest.param({"type": "identify", "anonymousId": "a1"}, id="only_anonymous"),
    pytest.param(IDENTIFY | {"anonymousId": None}, id="null_id_beside_a_good_one"),
    pytest.param(IDENTIFY | {"traits": None}, id="null_traits"),
    pytest.param(PAGE | {"name": None, "category": None}, id="null_name"),
    pytest.param(TRACK | {"properties": {}}, id="empty_properties"),
    pytest.param(IDENTIFY | {"name": ""}, id="empty_name_of_no_page"),
]

DROPPED = [
    ({}, "bad_request"),
    (IDENTIFY | {"type": "Identify"}, "bad_request"),
    (IDENTIFY | {"type": ["identify"]}, "bad_request"),
    ({"type": "identify"}, "no_user_anon_id"),
    ({"type": "identify", "userId": None, "anonymousId": None}, "no_user_anon_id"),
    (IDENTIFY | {"userId": 17}, "id_not_string"),
    (IDENTIFY | {"userId": ""}, "id_not_string"),
    (IDENTIFY | {"anonymousId": ""}, "id_not_string"),
    (IDENTIFY | {"anonymousId": 17}, "id_not_string"),
    ({"type": "track", "userId": "u1"}, "event_not_defined"),
    (TRACK | {"event": None}, "event_not_defined"),
    (TRACK | {"event": ""}, "event_not_defined"),
    (TRACK | {"event": 5}, "event_not_string"),
    (TRACK | {"properties": []}, "properties_not_object"),
    (TRACK | {"properties": "{}"}, "properties_not_object"),
    (PAGE | {"properties": 1}, "properties_not_object"),
    (IDENTIFY | {"traits": [1]}, "traits_not_object"),
    (GROUP | {"traits": "x"}, "traits_not_object"),
    (PAGE | {"name": ""}, "name_not_string"),
    (PAGE | {"name": 1}, "name_not_string"),
    (PAGE | {"category": ""}, "category_not_string"),
    (PAGE | {"type": "screen", "category": False}, "category_not_string"),
    (CONSENT | {"anonymousId": None, "userId": "u"}, "consent_needs_anonymous_id_set"),
    (CONSENT | {"context": {}}, "consent_categoryprefences_should_exist"),
    (
        CONSENT | {"context": {"consent": {"categoryPreferences": ["ads"]}}},
        "consent_categorypreferences_should_be_object",
    ),
    (
        CONSENT | {"context": {"consent": {"categoryPreferences": {"ads": "no"}}}},
        "consent_categorypreferences_fields_should_be_bool",
    ),
    (
        CONSENT | {"context": {"consent": {"categoryPreferences": {}, "version": "2"}}},
        "consent_version_should_be_number",
    ),
    (
        CONSENT | {"context": CONSENT["context"] | {"device": {"advertisingId": 7}}},
        "device_advertisingid_should_be_string",
    ),
]


@pytest.mark.parametrize("message", KEPT)
def test_a_good_message_has_no_drop_code(message: dict[str, Any]) -> None:
    """
    What Segment keeps is never held back.
    """
    assert drop_code(message) is None


@pytest.mark.parametrize(("message", "code"), DROPPED)
def test_a_bad_message_is_dropped_by_its_name(
    message: dict[str, Any], code: str
) -> None:
    """
    Each of Segment's rules answers with Segment's code.
    """
    assert drop_code(message) == code


@pytest.mark.parametrize("code", sorted({code for _, code in DROPPED}))
def test_every_drop_code_is_explained(code: str) -> None:
    """
    A person is told in one sentence what a code means.
    """
    assert EXPLANATIONS[code].endswith(".")


def traits(count: int) -> dict[str, int]:
    """That many traits."""
    return {f"trait_{number}": number for number in range(count)}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (IDENTIFY | {"messageId": "m" * 100}, None),
        (IDENTIFY | {"messageId": "m" * 101}, "unify_message_id_too_long"),
        (IDENTIFY | {"traits": traits(299)}, None),
        (IDENTIFY | {"traits": traits(300)}, "unify_too_many_traits"),
        (TRACK | {"properties": traits(300)}, None),
        (TRACK | {"properties": traits(301)}, "unify_too_many_traits"),
        (TRACK | {"timestamp": "1969-12-31T23:59:59.999Z"}, "unify_before_1970"),
        (TRACK | {"timestamp": "1970-01-01T00:00:00.000Z"}, None),
        (GROUP | {"groupId": "g" * 500}, None),
        (GROUP | {"groupId": "g" * 501}, "unify_group_id_too_long"),
        (GROUP | {"groupId": ""}, "unify_group_id_empty"),
        ({"type": "group", "userId": "u1"}, "unify_group_id_empty"),
        (TRACK | {"context": {"groupId": ""}}, "unify_group_id_empty"),
        (TRACK | {"context": {"groupId": "g1"}}, None),
    ],
)
def test_unify_leaves_out_what_is_beyond_its_limits(
    message: dict[str, Any], code: str | None
) -> None:
    """
    The documented limits of Unify, at the last good value and the first bad one.
    """
    assert drop_code(message) is None
    assert unify_code(message) == code
    assert code is None or code in EXPLANATIONS
