"""The parts of a message that differ from row to row, as SQL says them.

Only of rows that are new to Segment. Null is what the warehouse cannot say exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, null, or_

from sync.config.image import GROUP_ID, MESSAGE_ID, TIMESTAMP, Image, ImageColumn
from sync.config.settings import SyncSettings
from sync.ledger.tables import new
from sync.payload.envelope import IDS
from sync.payload.message_id import PREFIX, MessageIds
from sync.payload.words import Said, Words, is_whole, text
from tracking.limits import MESSAGE_ID_CHARACTERS
from warehouse.ddl import is_text

# The change that comes in millions: in a first run, and when all is told again.
CHANGE = "added"
# A longer id is looked at by itself.
ID_CHARACTERS = 200

Part = str | Said


class NoWord(Exception):
    """The warehouse has no word for a column, or for the whole plan."""


class Phrases:
    """
    The parts of one plan's messages.

    Raises:
        NoWord: A column has a type that has no word.
    """

    def __init__(
        self,
        words: Words,
        sync: str,
        settings: SyncSettings,
        image: Image,
        message_ids: MessageIds,
    ) -> None:
        self._words = words
        self._sync = sync
        self._settings = settings
        self._image = image
        self._message_ids = message_ids
        self._roles = {column.name: column for column in image.roles}
        # Whether there are words for all of it does not depend on any row.
        nothing = {name: null() for name in _pending_names(image)}
        self.message_id(nothing)
        self.said(nothing)

    @property
    def has_time(self) -> bool:
        """Whether a message's time is a column's, and so is among what is said."""
        return TIMESTAMP[CHANGE] in self._roles

    def message_id(self, pending: Any) -> Said:
        """As `MessageIds.own`, for ids that stand in JSON as they are."""
        given = self._given_id(pending)
        column = self._roles.get(MESSAGE_ID[CHANGE])
        if column is None:
            return given
        if self._message_ids.new_ids:
            raise NoWord
        own = _id(pending[new(column.name)], column)
        is_short = func.length(own).between(1, MESSAGE_ID_CHARACTERS)
        return case((own.is_(None), given), (and_(is_short, _is_plain(own)), own))

    def _given_id(self, pending: Any) -> Said:
        keys = [_id(pending[column.name], column) for column in self._image.keys]
        hashed: list[Part] = [self._message_ids.opening(CHANGE)]
        for number, key in enumerate(keys):
            hashed += [',"' if number else '"', key, '"']
        given = literal(PREFIX).concat(self._words.sha256(_joined([*hashed, "]"])))
        return case((and_(*map(_is_plain, keys)), given))

    def said(self, pending: Any) -> Said:
        """What stands in a message between its messageId and its context."""
        parts = [*self._time(pending), *self._ids(pending), *self._content(pending)]
        return _joined(parts)

    def _time(self, pending: Any) -> Iterator[Part]:
        column = self._roles.get(TIMESTAMP[CHANGE])
        if column is None:
            return
        moment = self._words.of_moment(
            pending[new(column.name)], column.data_type, since=1970
        )
        yield ',"timestamp":'
        yield _known(moment)

    def _ids(self, pending: Any) -> Iterator[Part]:
        people = []
        for name, role in IDS.items():
            if role not in self._roles:
                continue
            value = _id(pending[new(role)], self._roles[role])
            is_short = func.length(value).between(1, ID_CHARACTERS)
            said = (is_short, literal(f',"{name}":').concat(text(value)))
            if role == GROUP_ID:
                yield case(said)
            else:
                people.append(value.is_not(None))
                yield case((value.is_(None), ""), said)
        yield case((or_(*people), ""))

    def _content(self, pending: Any) -> Iterator[Part]:
        settings, fields = self._settings, list(self._fields(pending))
        if settings.call == "audience":
            if settings.trait:
                yield f',"traits":{{{_name(settings.trait)}true}}'
                return
            fields.insert(0, [_name("audience_key") + _json(self._sync)])
            yield _opening(settings.entered.event)
        elif settings.keeps_traits:
            yield ',"traits":{'
        elif settings.added:
            yield _opening(settings.added.event)
        else:
            raise NoWord
        for number, field in enumerate(fields):
            yield "," if number else ""
            yield from field
        yield "}"

    def _fields(self, pending: Any) -> Iterator[list[Part]]:
        for field in self._image.fields:
            is_hashed = self._settings.personal.get(field.source or "") == "hash"
            if is_hashed or field.name == "audience_key":
                raise NoWord
            value = pending[new(field.name)]
            yield [_name(field.name), _known(self._words.of(value, field.data_type))]


def _pending_names(image: Image) -> Iterator[str]:
    yield from (column.name for column in image.keys)
    yield from (new(column.name) for column in image.values)


def _known(said: Said | None) -> Said:
    if said is None:
        raise NoWord
    return said


def _id(value: ColumnElement[Any], column: ImageColumn) -> Said:
    """A key or an id as text, as Python writes it."""
    if not (is_text(column.data_type) or is_whole(column.data_type)):
        raise NoWord
    return cast(value, String)


def _is_plain(value: Said) -> ColumnElement[bool]:
    """Whether a text stands in JSON as it is, between quotes."""
    return text(value) == literal('"').concat(value).concat('"')


def _opening(event: str) -> str:
    return f',"event":{_json(event)},"properties":{{'


def _name(name: str) -> str:
    return _json(name) + ":"


def _json(value: str) -> str:
    return orjson.dumps(value).decode()


def _joined(parts: Iterable[Part]) -> Said:
    """One after the other; null if one of them is."""
    said: list[Said] = []
    for is_sql, run in groupby(parts, lambda part: isinstance(part, ColumnElement)):
        same: Any = run
        said += same if is_sql else [literal("".join(same))]
    return _halved(said)


def _halved(said: Sequence[Said]) -> Said:
    """Joined by halves, so that no parser's stack runs out."""
    if len(said) == 1:
        return said[0]
    middle = len(said) // 2
    return _halved(said[:middle]).concat(_halved(said[middle:]))
