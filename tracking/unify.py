"""Tell what Unify would make of a message that Segment keeps."""

from collections.abc import Mapping

from tracking.limits import (
    GROUP_ID_CHARACTERS,
    MESSAGE_ID_CHARACTERS,
    UNIFY_TRAITS,
)


def unify_code(message: Mapping[str, object]) -> str | None:
    """
    Name the reason for which Unify would leave out a message that Segment keeps.

    Such a message still reaches warehouses and destinations, but no profile.
    """
    message_id = message.get("messageId")
    if isinstance(message_id, str) and len(message_id) > MESSAGE_ID_CHARACTERS:
        return "unify_message_id_too_long"
    return _group_id_code(message) or _trait_count_code(message) or _time_code(message)


def _time_code(message: Mapping[str, object]) -> str | None:
    # ISO 8601 sorts by its first digits as time does; a zone cannot move 1970-01-02.
    timestamp = message.get("timestamp")
    if isinstance(timestamp, str) and timestamp < "1970" and timestamp[:4].isdigit():
        return "unify_before_1970"
    return None


def _group_id_code(message: Mapping[str, object]) -> str | None:
    is_group = message.get("type") == "group"
    holder = message if is_group else _mapping(message.get("context"))
    group_id = holder.get("groupId")
    if group_id == "" or (is_group and group_id is None):
        return "unify_group_id_empty"
    if isinstance(group_id, str) and len(group_id) > GROUP_ID_CHARACTERS:
        return "unify_group_id_too_long"
    return None


def _trait_count_code(message: Mapping[str, object]) -> str | None:
    traits = len(_mapping(message.get("traits")))
    properties = len(_mapping(message.get("properties")))
    most = UNIFY_TRAITS - 1 if message.get("type") == "identify" else UNIFY_TRAITS
    if traits > most or properties > UNIFY_TRAITS:
        return "unify_too_many_traits"
    return None


def _mapping(value: object) -> Mapping[str, object]:
    # Asking whether something is a Mapping takes ten times as long.
    if value is None:
        return {}
    return value if type(value) is dict or isinstance(value, Mapping) else {}
