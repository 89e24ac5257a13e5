"""Tell what Segment would make of one message.

Segment answers 200 to a message that it then drops. These are its rules, in its own
words, for the sender to ask before sending and for the sandbox after answering.
Pure: no network, no clock.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tracking.consent import CONSENT_EVENT, consent_code

CALLS = frozenset({"identify", "track", "page", "screen", "group", "alias"})

Message = Mapping[str, object]

# Why Segment would drop a message. The codes are Segment's own, its spelling included,
# but for those that begin with "unify_" or "request_": Segment describes these drops
# and does not name them.
EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "bad_request": "The message is not an object with a known type.",
        "no_user_anon_id": "Neither userId nor anonymousId is set.",
        "id_not_string": "userId or anonymousId is empty or is not text.",
        "event_not_defined": "A track call has no event name.",
        "event_not_string": "The event name is not text.",
        "properties_not_object": "properties is not an object.",
        "traits_not_object": "traits is not an object.",
        "name_not_string": "The page or screen name is empty or is not text.",
        "category_not_string": "The page or screen category is empty or is not text.",
        "consent_needs_anonymous_id_set": "A consent event has no anonymousId.",
        "consent_categoryprefences_should_exist": (
            "A consent event has no context.consent.categoryPreferences."
        ),
        "consent_categorypreferences_should_be_object": (
            "context.consent.categoryPreferences of a consent event is not an object."
        ),
        "consent_categorypreferences_fields_should_be_bool": (
            "A category of context.consent.categoryPreferences is not true or false."
        ),
        "consent_version_should_be_number": (
            "context.consent.version of a consent event is not a number."
        ),
        "device_advertisingid_should_be_string": (
            "context.device.advertisingId of a consent event is not text."
        ),
        "unknown_source": "No source has this write key.",
        "source_disabled": "The source is switched off.",
        "locked_workspace": "The workspace is locked, as a Free one is when overdrawn.",
        "event_setting": "The event is blocked in the source's schema.",
        "unplanned": "The source's tracking plan has no rule for this event.",
        "schema_violation": "The message is not as the source's tracking plan has it.",
        "empty_batch": "The request carried no message.",
        "empty_batch_result": "No message of the request was worth keeping.",
        "multi_user_error": "Some messages of the request were dropped, some kept.",
        "request_messages": "The request had more than 2,500 messages; this is beyond.",
        "unify_before_1970": (
            "The timestamp is before 1970-01-01: Unify may leave the message out."
        ),
        "unify_group_id_empty": "groupId is empty: Unify leaves the message out.",
        "unify_group_id_too_long": (
            "groupId has more than 500 characters: Unify leaves the message out."
        ),
        "unify_message_id_too_long": (
            "messageId has more than 100 characters: Unify leaves the message out."
        ),
        "unify_too_many_traits": (
            "The message has more than 300 traits or properties, or is an identify "
            "with 300: Unify leaves it out."
        ),
    }
)


def drop_code(message: Message) -> str | None:
    """
    Name the reason for which Segment would drop this message after its 200.

    None stands for a message that Segment keeps. An explicit null counts as absent:
    Segment's own Python library sends one for each id that it does not have.
    """
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in CALLS:
        return "bad_request"
    return _id_code(message) or _RULES[kind](message)


def _id_code(message: Message) -> str | None:
    user_id, anonymous_id = message.get("userId"), message.get("anonymousId")
    if user_id is None and anonymous_id is None:
        return "no_user_anon_id"
    for value in (user_id, anonymous_id):
        if value is not None and not _is_filled_text(value):
            return "id_not_string"
    return None


def _track_code(message: Message) -> str | None:
    event = message.get("event")
    if event is None or event == "":
        return "event_not_defined"
    if not isinstance(event, str):
        return "event_not_string"
    if event == CONSENT_EVENT:
        return _properties_code(message) or consent_code(message)
    return _properties_code(message)


def _view_code(message: Message) -> str | None:
    for field in ("name", "category"):
        value = message.get(field)
        if value is not None and not _is_filled_text(value):
            return f"{field}_not_string"
    return _properties_code(message)


def _properties_code(message: Message) -> str | None:
    return _object_code(message, "properties")


def _traits_code(message: Message) -> str | None:
    return _object_code(message, "traits")


def _alias_code(_: Message) -> str | None:
    return None


_RULES: Mapping[str, Callable[[Message], str | None]] = MappingProxyType(
    {
        "identify": _traits_code,
        "track": _track_code,
        "page": _view_code,
        "screen": _view_code,
        "group": _traits_code,
        "alias": _alias_code,
    }
)


def _object_code(message: Message, field: str) -> str | None:
    value = message.get(field)
    if value is None or isinstance(value, Mapping):
        return None
    return f"{field}_not_object"


def _is_filled_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
