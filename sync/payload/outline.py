"""A message without what it says of anybody: which fields it carries, and its size."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from sync.payload.outgoing import Outgoing

OF_EACH_CHANGE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """
    One message: why it left, Segment's type, the names of its fields, its bytes.

    The messageId finds it in Segment's debugger, and says nothing of the person.
    """

    change: str
    type: str
    message_id: str
    fields: Sequence[str]
    bytes: int


class Outlines:
    """The first messages of each kind of change."""

    def __init__(self) -> None:
        self.kept: list[Outline] = []
        self._wanted = {"added": OF_EACH_CHANGE}
        self._wanted |= {"changed": OF_EACH_CHANGE, "removed": OF_EACH_CHANGE}

    def see(self, row: Outgoing) -> None:
        """Keep the outline of a row's message, if few of its kind were seen."""
        if not row.body or not self._wanted.get(row.change):
            return
        self._wanted[row.change] -= 1
        self.kept.append(outline(row))


def outline(row: Outgoing) -> Outline:
    """Leave the values out of a message."""
    message = orjson.loads(row.body)
    return Outline(
        change=row.change,
        type=message["type"],
        message_id=row.message_id,
        fields=tuple(message.get("traits") or message.get("properties") or ()),
        bytes=len(row.body),
    )
