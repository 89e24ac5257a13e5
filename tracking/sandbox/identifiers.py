"""A message -> the identifiers that Unify finds in it, the most telling first.

The eleven defaults of a space, and `context.externalIds`. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Identifier = tuple[str, str]

_FIRST = ("user_id", "email")
_EXTERNAL_ID_FIELDS = frozenset({"id", "type", "collection", "encoding"})


def identifiers_of(message: Mapping[str, Any]) -> list[Identifier]:
    """
    Type and value of each, in the default priority: user_id, email, then by name.

    An external id counts only with all four of its fields and a lower-case type; those
    of accounts are no one's.
    """
    found = dict.fromkeys((*_own(message), *_external(message)))
    return sorted(found, key=lambda identifier: priority(identifier[0]))


def priority(kind: str) -> tuple[int, str]:
    """Sorts by what outweighs what; the last is given up first."""
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST), kind)


def _own(message: Mapping[str, Any]) -> Iterator[Identifier]:
    context = mapping(message.get("context"))
    traits, told = mapping(message.get("traits")), mapping(context.get("traits"))
    google = mapping(mapping(context.get("integrations")).get("Google Analytics"))
    group = message if message.get("type") == "group" else context
    found = (
        ("user_id", message.get("userId")),
        ("anonymous_id", message.get("anonymousId")),
        ("email", message.get("type") == "identify" and traits.get("email")),
        ("email", told.get("email")),
        ("group_id", group.get("groupId")),
        ("ga_client_id", google.get("clientId")),
        *_of_device(mapping(context.get("device"))),
    )
    for kind, value in found:
        if isinstance(value, str) and value:
            yield kind, value


def _of_device(device: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    system = str(device.get("type", "")).lower()
    if system in ("android", "ios"):
        yield f"{system}.id", device.get("id")
        yield f"{system}.push_token", device.get("token")
        if device.get("adTrackingEnabled") is True:
            yield f"{system}.idfa", device.get("advertisingId")


def _external(message: Mapping[str, Any]) -> Iterator[Identifier]:
    listed = mapping(message.get("context")).get("externalIds")
    for each in listed if isinstance(listed, list) else ():
        fields = mapping(each)
        value, kind = fields.get("id"), fields.get("type")
        is_whole = fields.keys() >= _EXTERNAL_ID_FIELDS
        is_text = all(isinstance(each, str) and each for each in (value, kind))
        if not (is_whole and is_text and kind == str(kind).lower()):
            continue
        if fields["collection"] == "users" and fields["encoding"] == "none":
            yield str(kind), str(value)


def mapping(value: object) -> Mapping[str, Any]:
    """The object that is there, or an empty one."""
    return value if isinstance(value, Mapping) else {}
