"""Fold accepted messages into the traits that each user, visitor and group has now.

The short picture, without identity resolution, which `unify_space` has. Messages count
in order of arrival.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracking.unify import unify_code


class Profiles:
    """Traits by the id that the call names first: user, then visitor; or group."""

    def __init__(self) -> None:
        self._traits: dict[tuple[str, str], dict[str, Any]] = {}

    def fold(self, message: Mapping[str, Any]) -> None:
        """Take in one accepted message. A trait that is null is removed."""
        subject = _subject(message)
        if subject is None or unify_code(message) is not None:
            return
        traits = self._traits.setdefault(subject, {})
        for name, value in (message.get("traits") or {}).items():
            if value is None:
                traits.pop(name, None)
            else:
                traits[name] = value

    def forget(self, user_ids: Iterable[str]) -> None:
        """Have no traits of these users any more."""
        for user_id in user_ids:
            self._traits.pop(("user_id", user_id), None)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One object a profile: its id under the id's name, and its traits."""
        for (id_name, subject_id), traits in list(self._traits.items()):
            yield {id_name: subject_id, "traits": traits}


def _subject(message: Mapping[str, Any]) -> tuple[str, str] | None:
    match message.get("type"):
        case "identify":
            if message.get("userId") is not None:
                return "user_id", message["userId"]
            return "anonymous_id", message["anonymousId"]
        case "group" if isinstance(message.get("groupId"), str):
            return "group_id", message["groupId"]
    return None
