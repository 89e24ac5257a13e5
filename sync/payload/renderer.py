"""A changed row -> the message that Segment receives.

No clock, no network, no database: the same change of the same plan always makes the
same bytes, so a retry, a resumed plan and a preview cannot differ from the first try.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from sync.config.image import Image
from sync.config.settings import SyncSettings
from sync.errors import RowRejected
from sync.ledger.installation import Installation
from sync.ledger.tables import SILENT
from sync.payload.content import Content
from sync.payload.envelope import Envelope
from sync.payload.message_id import MessageIds
from sync.payload.outgoing import Outgoing
from sync.payload.phrases import CHANGE, NoWord
from sync.payload.values import iso_timestamp
from sync.payload.wording import Wording
from tracking import EXPLANATIONS, drop_code, unify_code
from tracking.limits import MESSAGE_BYTES

if TYPE_CHECKING:
    from sync.config.tracking_plan import Rules

_Image = Mapping[str, object]


class _NeedsCare(Exception):
    """A value is not what its column's type promises to JSON."""


class Renderer:
    """Turns the rows of one plan into messages."""

    def __init__(
        self,
        *,
        kind: str,
        sync: str,
        number: int,
        settings: SyncSettings,
        image: Image,
        installation: Installation,
        planned_at: datetime,
        region: str,
        rules: "Rules | None" = None,
        new_ids: bool = False,
    ) -> None:
        self._sync = sync
        self._settings = settings
        self.image = image
        self._rules = rules
        self._message_ids = MessageIds(
            sync=sync,
            number=number,
            installation=installation,
            image=image,
            is_insert_only=settings.is_insert_only,
            new_ids=new_ids,
        )
        self._envelope = Envelope(
            settings,
            image,
            planned_at=iso_timestamp(planned_at, column="planned_at"),
            region=region,
        )
        self._content = Content(sync, settings, image, is_careful=False)
        self._option = orjson.OPT_STRICT_INTEGER
        # Worked out once: a plan has many rows.
        self._type = settings.sends_type
        self._names = [column.name for column in image.values]
        self._new_from = 2 + len(image.keys)
        self._old_from = self._new_from + len(self._names)
        self.wording = self._wording_of(kind)

    def render(self, row: Sequence[object]) -> Outgoing:
        """
        Render one row of `__pending`: position, change, key, new image, old image.
        """
        position, change = row[0], row[1]
        assert isinstance(position, int)
        assert isinstance(change, str)
        if change in SILENT:
            return Outgoing(position, change)
        message_id = self._message_ids.of(change, row[2 : self._new_from])
        after, before = self._images(change, row)
        shown = before if change == "removed" else after
        try:
            message_id = self._message_ids.own(change, shown, message_id)
            body = self._body(change, message_id, shown, after, before)
        except _NeedsCare:
            return self._careful().render(row)
        except RowRejected as rejected:
            return _rejected(position, change, message_id, rejected)
        return Outgoing(position, change, message_id, body)

    def render_said(self, position: int, message_id: str, said: str) -> Outgoing:
        """A row that `wording` says, as a message."""
        assert self.wording is not None
        body = self.wording.body(message_id, said)
        if len(body) > MESSAGE_BYTES:
            return _rejected(position, CHANGE, message_id, _too_large(body))
        return Outgoing(position, CHANGE, message_id, body)

    @property
    def flagged(self) -> int:
        """Messages so far that violate the tracking plan and leave all the same."""
        return self._rules.flagged.total() if self._rules else 0

    def _wording_of(self, kind: str) -> Wording | None:
        if self._rules:
            return None  # They are held against each message.
        try:
            return Wording(
                kind,
                self._sync,
                self._settings,
                self.image,
                self._message_ids,
                self._envelope,
            )
        except NoWord:
            return None

    def _careful(self) -> "Renderer":
        """One that looks at every value, and can say which column is at fault."""
        careful = copy(self)
        careful._content = Content(
            self._sync, self._settings, self.image, is_careful=True
        )
        careful._option = 0
        return careful

    def _images(self, change: str, row: Sequence[object]) -> tuple[_Image, _Image]:
        after = dict(
            zip(self._names, row[self._new_from : self._old_from], strict=True)
        )
        if change == "added":
            return after, {}  # Nothing was there: no need to name it.
        return after, dict(zip(self._names, row[self._old_from :], strict=True))

    def _body(
        self,
        change: str,
        message_id: str,
        shown: _Image,
        after: _Image,
        before: _Image,
    ) -> bytes:
        envelope = self._envelope
        envelope.check_region(shown)
        message = {
            "type": self._type,
            "messageId": message_id,
            "timestamp": envelope.timestamp(change, shown),
            **envelope.ids(shown),
            **self._content.of(change, after, before),
            "context": envelope.context(shown),
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
            raise _too_large(body)
        return body


def _too_large(body: bytes) -> RowRejected:
    return RowRejected(
        "message_too_large",
        f"The message is {len(body):,} bytes and Segment takes "
        f"{MESSAGE_BYTES:,}. Shorten or drop a column in the model.",
    )


def _rejected(
    position: int, change: str, message_id: str, rejected: RowRejected
) -> Outgoing:
    return Outgoing(
        position, change, message_id, reason=rejected.reason, detail=rejected.detail
    )
