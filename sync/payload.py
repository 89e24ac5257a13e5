"""A changed row -> the message that Segment receives.

No clock, no network, no database: the same change of the same plan always makes the
same bytes, so a retry, a resumed plan and a preview cannot differ from the first try.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import orjson

from sync.config import SyncSettings
from sync.destination import SANDBOX_REGION
from sync.errors import RowRejected
from sync.image import (
    ANONYMOUS_ID,
    GROUP_ID,
    MESSAGE_ID,
    REGION,
    TIMESTAMP,
    USER_ID,
    Image,
)
from sync.installation import Installation
from sync.tracking_plan import Rules
from sync.values import identifier, iso_timestamp, json_value
from tracking import EXPLANATIONS, drop_code, unify_code
from tracking.limits import MESSAGE_BYTES

# Staging recognises our own calls by this name when Segment brings them back.
INTEGRATION = {"name": "relyv-segment", "version": version("relyv-segment")}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    What becomes of one pending row: a message, or a rejection, or neither.

    A row with neither only leaves the ledger.
    """

    position: int
    change: str
    message_id: str = ""
    body: bytes = b""
    reason: str = ""
    detail: str = ""


class Renderer:
    """Turns the rows of one plan into messages."""

    def __init__(
        self,
        *,
        sync: str,
        number: int,
        settings: SyncSettings,
        image: Image,
        installation: Installation,
        planned_at: datetime,
        region: str,
        rules: Rules | None = None,
    ) -> None:
        self._sync = sync
        self._settings = settings
        self._image = image
        self._region = region
        self._rules = rules
        self._planned_at = iso_timestamp(planned_at, column="planned_at")
        self._identity = _identity(sync, number, settings, installation)
        self._context: dict[str, Any] = {
            **settings.context,
            "integration": INTEGRATION,
        }
        if not settings.active:
            self._context["active"] = False
        self._names = [column.name for column in image.values]

    def render(self, row: Sequence[object]) -> Outgoing:
        """
        Render one row of `__pending`: position, change, key, new image, old image.
        """
        position, change = row[0], row[1]
        assert isinstance(position, int)
        assert isinstance(change, str)
        if change == "forgotten":
            return Outgoing(position, change)
        key, after, before = self._parts(row)
        message_id = self._message_id(key, change)
        try:
            message_id = self._own_message_id(change, after) or message_id
            body = self._body(change, message_id, after, before)
        except RowRejected as rejected:
            return Outgoing(
                position,
                change,
                message_id,
                reason=rejected.reason,
                detail=rejected.detail,
            )
        return Outgoing(position, change, message_id, body)

    def _parts(
        self, row: Sequence[object]
    ) -> tuple[Sequence[object], dict[str, object], dict[str, object]]:
        keys, width = len(self._image.keys), len(self._names)
        start = 2 + keys
        after = dict(zip(self._names, row[start : start + width], strict=True))
        before = dict(zip(self._names, row[start + width :], strict=True))
        return row[2:start], after, before

    def _message_id(self, key: Sequence[object], change: str) -> str:
        parts = orjson.dumps([*self._identity, change, *(str(part) for part in key)])
        return "relyv-" + hashlib.sha256(parts).hexdigest()

    def _own_message_id(self, change: str, after: Mapping[str, object]) -> str | None:
        if change != "added" or MESSAGE_ID not in after:
            return None
        return identifier(after[MESSAGE_ID], column="message_id")

    def _body(
        self,
        change: str,
        message_id: str,
        after: dict[str, object],
        before: dict[str, object],
    ) -> bytes:
        shown = before if change == "removed" else after
        self._check_region(shown)
        message = {
            "type": self._settings.call,
            "messageId": message_id,
            "timestamp": self._timestamp(change, after),
            **self._ids(shown),
            **self._content(change, after, before),
            "context": self._context,
        }
        if self._settings.integrations:
            message["integrations"] = self._settings.integrations
        body = _checked(message)
        if self._rules:
            self._rules.check(body)
        return body

    @property
    def flagged(self) -> int:
        """Messages so far that violate the tracking plan and leave all the same."""
        return self._rules.flagged.total() if self._rules else 0

    def _check_region(self, shown: Mapping[str, object]) -> None:
        region = shown.get(REGION, self._settings.region or self._region)
        if region != self._region and self._region != SANDBOX_REGION:
            raise RowRejected(
                "wrong_region",
                f"The row belongs to another region than the {self._region} source "
                "that this sync writes to. It was not sent.",
            )

    def _ids(self, shown: Mapping[str, object]) -> dict[str, object]:
        ids: dict[str, object] = {}
        for name, role in (
            ("userId", USER_ID),
            ("anonymousId", ANONYMOUS_ID),
            ("groupId", GROUP_ID),
        ):
            if role in shown and shown[role] is not None:
                ids[name] = identifier(shown[role], column=name)
        return ids

    def _timestamp(self, change: str, after: Mapping[str, object]) -> str:
        if change == "added" and TIMESTAMP in after:
            return iso_timestamp(after[TIMESTAMP], column="timestamp")
        return self._planned_at

    def _content(
        self, change: str, after: dict[str, object], before: dict[str, object]
    ) -> dict[str, object]:
        if self._settings.call != "track":
            return {"traits": self._traits(change, after, before)}
        event = self._settings.event_for(change)
        assert event is not None  # the change set holds no change without an event
        shown = before if change == "removed" else after
        return {"event": event.event, "properties": self._values(shown)}

    def _traits(
        self, change: str, after: dict[str, object], before: dict[str, object]
    ) -> dict[str, object]:
        if change == "removed":
            return {field.name: None for field in self._image.fields}
        is_whole = (
            change == "added"
            or self._settings.send == "all"
            or any(after.get(role) != before.get(role) for role in (USER_ID, GROUP_ID))
        )
        traits = self._values(after)
        if is_whole:
            return traits
        confirmed = {field.name: before[field.name] for field in self._image.fields}
        return {
            name: value
            for name, value in traits.items()
            if after[name] != confirmed[name]
        }

    def _values(self, shown: Mapping[str, object]) -> dict[str, object]:
        values = {
            field.name: json_value(
                shown[field.name], column=field.name, is_json=field.is_json
            )
            for field in self._image.fields
        }
        for field in self._image.fields:
            if self._settings.personal.get(field.source or "") == "hash":
                values[field.name] = _hashed(values[field.name])
        return values


def _identity(
    sync: str, number: int, settings: SyncSettings, installation: Installation
) -> Sequence[str]:
    """
    What a messageId hashes beside the key and the change.

    A plan's number tells the fourth state of a row from its second one. An event row
    has one state, so its id needs neither the number nor the epoch, and a re-send is
    recognised even after the ledger is lost.
    """
    if settings.is_insert_only:
        return (installation.installation, sync)
    return (installation.installation, installation.epoch, sync, str(number))


def _checked(message: Mapping[str, object]) -> bytes:
    """
    Serialise, if Segment would keep it: it answers 200 to what it then drops.

    Raises:
        RowRejected: It would not.
    """
    if code := drop_code(message) or unify_code(message):
        raise RowRejected(code, EXPLANATIONS[code])
    try:
        body = orjson.dumps(message)
    except (orjson.JSONEncodeError, RecursionError):
        raise RowRejected("not_json", "The row cannot be said in JSON.") from None
    # orjson's own result holds on to 4 KB, however short it is: batches of it add up.
    body = bytes(memoryview(body))
    if len(body) > MESSAGE_BYTES:
        raise RowRejected(
            "message_too_large",
            f"The message is {len(body):,} bytes and Segment takes {MESSAGE_BYTES:,}. "
            "Shorten or drop a column in the model.",
        )
    return body


def _hashed(value: object) -> object:
    if value is None:
        return None
    return hashlib.sha256(str(value).strip().lower().encode()).hexdigest()
