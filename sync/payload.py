"""A changed row -> the message that Segment receives.

No clock, no network, no database: the same change of the same plan always makes the
same bytes, so a retry, a resumed plan and a preview cannot differ from the first try.
"""

import hashlib
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from importlib.metadata import version
from typing import Any, NamedTuple

import orjson

from sync.blocks import ExternalId
from sync.config import SyncSettings
from sync.destination import SANDBOX_REGION
from sync.diff import SILENT
from sync.errors import RowRejected
from sync.image import (
    ANONYMOUS_ID,
    CATEGORY,
    EXTERNAL_ID,
    GROUP_ID,
    MESSAGE_ID,
    REGION,
    TIMESTAMP,
    USER_ID,
    Image,
)
from sync.installation import Installation
from sync.tracking_plan import Rules
from sync.values import hashed, identifier, iso_timestamp, json_value, says_itself
from tracking import EXPLANATIONS, drop_code, unify_code
from tracking.limits import MESSAGE_BYTES

# Staging recognises our own calls by this name when Segment brings them back.
INTEGRATION = {"name": "relyv-segment", "version": version("relyv-segment")}


PREFIX = "relyv-"

_Row = Mapping[str, object]


class _NeedsCare(Exception):
    """A value is not what its column's type promises to JSON."""


class Outgoing(NamedTuple):
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
        new_ids: bool = False,
    ) -> None:
        self._sync = sync
        self._settings = settings
        self._image = image
        self._region = region
        self._rules = rules
        self._planned_at = iso_timestamp(planned_at, column="planned_at")
        self._new_ids = new_ids
        is_one_state = settings.is_insert_only and not new_ids
        self._identity = _identity(sync, number, installation, is_one_state)
        self._context: dict[str, Any] = {
            **settings.context,
            "integration": INTEGRATION,
        }
        if not settings.active:
            self._context["active"] = False
        # Worked out once: a plan has many rows.
        self._names = [column.name for column in image.values]
        self._hashed = [
            field.name
            for field in image.fields
            if settings.personal.get(field.source or "") == "hash"
        ]
        self._fields = [field.name for field in image.fields]
        self._converted = [
            (field.name, field.is_json)
            for field in image.fields
            if not says_itself(field.data_type) or field.name in self._hashed
        ]
        self._option = orjson.OPT_STRICT_INTEGER

    def render(self, row: Sequence[object]) -> Outgoing:
        """
        Render one row of `__pending`: position, change, key, new image, old image.
        """
        position, change = row[0], row[1]
        assert isinstance(position, int)
        assert isinstance(change, str)
        if change in SILENT:
            return Outgoing(position, change)
        key, after, before = self._parts(change, row)
        message_id = self._message_id(key, change)
        try:
            message_id = self._own_message_id(change, after, before, message_id)
            body = self._body(change, message_id, after, before)
        except _NeedsCare:
            return self._careful().render(row)
        except RowRejected as rejected:
            return Outgoing(
                position,
                change,
                message_id,
                reason=rejected.reason,
                detail=rejected.detail,
            )
        return Outgoing(position, change, message_id, body)

    def _careful(self) -> "Renderer":
        """One that looks at every value, and can say which column is at fault."""
        careful = copy(self)
        careful._converted = [(f.name, f.is_json) for f in self._image.fields]
        careful._option = 0
        return careful

    def _parts(
        self, change: str, row: Sequence[object]
    ) -> tuple[Sequence[object], _Row, _Row]:
        keys, width = len(self._image.keys), len(self._names)
        start = 2 + keys
        after = dict(zip(self._names, row[start : start + width], strict=True))
        if change == "added" and self._settings.keeps_traits:
            return row[2:start], after, {}  # Nothing was there: no need to name it.
        before = dict(zip(self._names, row[start + width :], strict=True))
        return row[2:start], after, before

    def _message_id(self, key: Sequence[object], change: str) -> str:
        parts = orjson.dumps([*self._identity, change, *(str(part) for part in key)])
        return PREFIX + hashlib.sha256(parts).hexdigest()

    def _own_message_id(
        self, change: str, after: _Row, before: _Row, message_id: str
    ) -> str:
        """The row's own id; with a hash behind it where it is not the row's first."""
        shown = before if change == "removed" else after
        own = identifier(shown.get(MESSAGE_ID[change]), column="message_id")
        if own is None:
            return message_id
        if change == "added" and not self._new_ids:
            return own
        return f"{own}-{change}-{message_id.removeprefix(PREFIX)[:16]}"

    def _body(self, change: str, message_id: str, after: _Row, before: _Row) -> bytes:
        shown = before if change == "removed" else after
        self._check_region(shown)
        message = {
            "type": self._settings.sends_type,
            "messageId": message_id,
            "timestamp": self._timestamp(change, shown),
            **self._ids(shown),
            **self._content(change, after, before),
            "context": self._context_of(shown),
        }
        if self._settings.integrations:
            message["integrations"] = self._settings.integrations
        body = self._checked(message)
        if self._rules:
            self._rules.check(body)
        return body

    def _checked(self, message: Mapping[str, object]) -> bytes:
        """
        Serialise, if Segment would keep it: it answers 200 to what it then drops.

        Raises:
            RowRejected: It would not.
        """
        if code := drop_code(message) or unify_code(message):
            raise RowRejected(code, EXPLANATIONS[code])
        try:
            body = orjson.dumps(message, option=self._option)
        except (orjson.JSONEncodeError, RecursionError):
            if self._option:
                raise _NeedsCare from None
            raise RowRejected("not_json", "The row cannot be said in JSON.") from None
        # orjson's own result holds on to 4 KB, however short it is: batches add up.
        body = bytes(memoryview(body))
        if len(body) > MESSAGE_BYTES:
            raise RowRejected(
                "message_too_large",
                f"The message is {len(body):,} bytes and Segment takes "
                f"{MESSAGE_BYTES:,}. Shorten or drop a column in the model.",
            )
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

    def _context_of(self, shown: _Row) -> dict[str, Any]:
        consent = self._settings.consent
        if not (consent or self._settings.external_ids):
            return self._context
        context = dict(self._context)
        ids = [
            {
                "id": self._external_id(each, shown),
                "type": each.type,
                "collection": each.collection,
                "encoding": each.encoding,
            }
            for each in self._settings.external_ids
            if shown[EXTERNAL_ID + each.type] is not None
        ]
        if ids:
            context["externalIds"] = ids
        if consent and consent.categories:
            preferences = {
                name: bool(shown[CATEGORY + name]) for name in consent.categories
            }
            context["consent"] = {"categoryPreferences": preferences}
        return context

    def _external_id(self, each: ExternalId, shown: _Row) -> object:
        value = identifier(shown[EXTERNAL_ID + each.type], column=each.id)
        is_hashed = self._settings.personal.get(each.id) == "hash"
        return hashed(value) if is_hashed else value

    def _timestamp(self, change: str, shown: _Row) -> str:
        if (column := TIMESTAMP[change]) in shown:
            return iso_timestamp(shown[column], column="timestamp")
        return self._planned_at

    def _content(self, change: str, after: _Row, before: _Row) -> dict[str, object]:
        if self._settings.keeps_traits:
            return {"traits": self._traits(change, after, before)}
        shown = before if change == "removed" else after
        if self._settings.call == "audience":
            return self._membership(shown, is_member=change != "removed")
        event = self._settings.event_for(change)
        assert event is not None  # the change set holds no change without an event
        properties = self._values(shown)
        if event.previous:
            properties[event.previous] = self._previous(after, before)
        return {"event": event.event, "properties": properties}

    def _membership(self, shown: _Row, *, is_member: bool) -> dict[str, object]:
        if trait := self._settings.trait:
            return {"traits": {trait: is_member}}
        call = self._settings.entered if is_member else self._settings.exited
        properties = {"audience_key": self._sync, **self._values(shown)}
        return {"event": call.event, "properties": properties}

    def _previous(self, after: _Row, before: _Row) -> dict[str, object]:
        changed = [
            f.name for f in self._image.fields if after[f.name] != before[f.name]
        ]
        values = self._values(before)
        return {name: values[name] for name in changed}

    def _traits(self, change: str, after: _Row, before: _Row) -> dict[str, object]:
        if change == "removed":
            return {field.name: None for field in self._image.fields}
        is_whole = (
            change == "added"
            or self._settings.send == "all"
            or self._destination(after) != self._destination(before)
        )
        traits = self._values(after)
        if is_whole:
            return traits
        return {
            name: value for name, value in traits.items() if after[name] != before[name]
        }

    def _destination(self, shown: _Row) -> tuple[str, object]:
        """As the change set has it: the account, or the user, or the device."""
        if self._settings.call == "group":
            return (GROUP_ID, shown[GROUP_ID])
        user_id = shown.get(USER_ID)
        if user_id is not None:
            return (USER_ID, user_id)
        return (ANONYMOUS_ID, shown.get(ANONYMOUS_ID))

    def _values(self, shown: _Row) -> dict[str, object]:
        values = {name: shown[name] for name in self._fields}
        for name, is_json in self._converted:
            values[name] = json_value(values[name], column=name, is_json=is_json)
        for name in self._hashed:
            values[name] = hashed(values[name])
        return values


def _identity(
    sync: str, number: int, installation: Installation, is_one_state: bool
) -> Sequence[str]:
    """
    What a messageId hashes beside the key and the change.

    A plan's number tells the fourth state of a row from its second one. An event row
    has one state, so its id needs neither the number nor the epoch, and a re-send is
    recognised even after the ledger is lost; unless somebody asks for new ids.
    """
    if is_one_state:
        return (installation.installation, sync)
    return (installation.installation, installation.epoch, sync, str(number))
