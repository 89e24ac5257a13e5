"""Pending rows -> their messages, in the warehouse's own words.

A tenth of what it costs row by row in Python. The warehouse is asked only for what it
says exactly; anything else it leaves null, and the row is Python's (renderer.py). So
nothing is refused here, and no reason given.
"""

from typing import Any

import orjson
from sqlalchemy import Select, Subquery, case, or_, select

from sync.config.image import Image
from sync.config.settings import SyncSettings
from sync.payload.envelope import Envelope
from sync.payload.message_id import MessageIds
from sync.payload.phrases import CHANGE, NoWord, Phrases
from sync.payload.words import WORDS
from tracking import drop_code, unify_code

# So many fields need not be counted in each message.
MOST_FIELDS = 250


class Wording:
    """
    How the added rows of one plan are said by one kind of warehouse.

    Raises:
        NoWord: Not at all.
    """

    def __init__(
        self,
        kind: str,
        sync: str,
        settings: SyncSettings,
        image: Image,
        message_ids: MessageIds,
        envelope: Envelope,
    ) -> None:
        if kind not in WORDS or len(image.fields) > MOST_FIELDS:
            raise NoWord
        self._phrases = Phrases(WORDS[kind], sync, settings, image, message_ids)
        around = _around(settings, envelope)
        stamp = (
            "" if self._phrases.has_time else f',"timestamp":"{envelope.planned_at}"'
        )
        self._opening = f'{{"type":"{settings.sends_type}","messageId":"'
        self._middle = f'"{stamp}'
        self._closing = "," + around[1:]

    def said(self, found: Select[Any]) -> Select[Any]:
        """Rows of `__pending`: position, messageId, what is said; null, or both."""
        rows = self._worded(found)
        return select(rows.c.position, rows.c._message_id, rows.c._said)

    def unsaid(self, found: Select[Any]) -> Select[Any]:
        """The whole rows of those of which something is not said."""
        rows = self._worded(found)
        is_unsaid = or_(rows.c._message_id.is_(None), rows.c._said.is_(None))
        names = [column.name for column in found.selected_columns]
        return select(*(rows.c[name] for name in names)).where(is_unsaid)

    def _worded(self, found: Select[Any]) -> Subquery:
        pending = found.selected_columns
        is_added = pending.change == CHANGE
        return found.add_columns(
            case((is_added, self._phrases.message_id(pending))).label("_message_id"),
            case((is_added, self._phrases.said(pending))).label("_said"),
        ).subquery("worded")

    def body(self, message_id: str, said: str) -> bytes:
        """The whole message of a row that the warehouse has said."""
        text = f"{self._opening}{message_id}{self._middle}{said}{self._closing}"
        return text.encode()


def _around(settings: SyncSettings, envelope: Envelope) -> str:
    """What all messages of a plan have in common at their end, as a JSON object."""
    context = envelope.shared_context
    if context is None:
        raise NoWord
    around: dict[str, Any] = {"context": context}
    if settings.integrations:
        around["integrations"] = settings.integrations
    named = {"type": settings.sends_type, "userId": "-", "groupId": "-", "event": "-"}
    if drop_code(probe := {**named, **around}) or unify_code(probe):
        raise NoWord
    try:
        return orjson.dumps(around, option=orjson.OPT_STRICT_INTEGER).decode()
    except orjson.JSONEncodeError:
        raise NoWord from None
