"""A sorted chunk -> its rows in the warehouse, inside the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import pyarrow as pa
from sqlalchemy import Column, Connection, MetaData, Table, and_, exists, select

from landing.catalogue import MAX_COLUMNS, Catalogue, as_sql
from landing.columns import ARROW_TYPES, SQL_TYPES, Kind, fill, infer, needs_double
from landing.files import Line
from landing.flattening import Row
from landing.raw_tables import RawTable
from landing.rejections import Rejection
from landing.sorting import Key, Pile, SortedChunk
from warehouse import bulk
from warehouse.ddl import temporary_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many rows of a chunk each table took, and the fields that did not land."""

    landed: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    lost_fields: Counter[str] = field(default_factory=Counter)


def write(connection: Connection, catalogue: Catalogue, chunk: SortedChunk) -> Written:
    """Append what the tables do not have yet, and then what was rejected."""
    written = Written()
    writer = _Writer(connection, catalogue, chunk.now)
    known: dict[str, Set[Key]] = {}
    for name, pile in chunk.piles.items():
        known[name] = writer.known_keys(pile.table, pile.rows.keys())
        writer.prepare(pile, known[name], written)
    for pile in chunk.event_piles.values():
        # A call is in the table of its event exactly when it is in tracks.
        writer.prepare_event(pile, known["tracks"], written)
    for rejection in writer.lost:
        written.lost_fields[rejection.reason] += 1
    rejected = Pile(chunk.tables.rejections)
    for rejection in chain(chunk.rejections, writer.lost):
        rejected.add(rejection.row(), rejection.line)
    known_rejections = writer.known_keys(rejected.table, rejected.rows.keys())
    writer.prepare(rejected, known_rejections, Written())
    writer.load()
    return written


class _Writer:
    """Writes the piles of one chunk, and gathers the fields that do not fit."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, now: datetime
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._now = now
        self._loads: list[tuple[Table, pa.Table]] = []
        self.lost: list[Rejection] = []

    def known_keys(self, table: RawTable, keys: Collection[Key]) -> set[Key]:
        """
        Those of the keys that the table has, at whatever distance in time.

        One semi-join, with the chunk as its small side: the table is read once, and
        of it the key alone.
        """
        if not keys:
            return set()
        incoming = Table(
            "relyv_incoming_keys",
            MetaData(),
            *(Column(name, SQL_TYPES[table.columns[name]]) for name in table.key),
            prefixes=["TEMPORARY"],
            schema=temporary_schema(self._connection, table.schema),
        )
        columns = zip(*keys, strict=True)
        rows = pa.table(
            [pa.array(column, pa.string()) for column in columns], names=table.key
        )
        present = as_sql(table, {name: table.columns[name] for name in table.key})
        same = [present.c[name] == incoming.c[name] for name in table.key]
        incoming.create(self._connection)
        bulk.load(self._connection, incoming, rows)
        query = select(*incoming.c).where(exists().where(and_(*same)))
        found = {tuple(row) for row in self._connection.execute(query)}
        incoming.drop(self._connection)
        return found

    def load(self) -> None:
        """
        Append all that was prepared.

        Snowflake commits at every change of a table, so all of them come before: what
        is loaded of a chunk is loaded whole.
        """
        for target, rows in self._loads:
            bulk.load(self._connection, target, rows)

    def prepare(self, pile: Pile, known: Set[Key], written: Written) -> None:
        """Make room for the rows whose keys the table does not know."""
        fresh = [key not in known for key in pile.rows]
        rows = [row for row, new in zip(pile.rows.values(), fresh, strict=True) if new]
        lines = [line for line, new in zip(pile.lines, fresh, strict=True) if new]
        self._prepare(pile.table, rows, lines)
        self.lost += [rejection for key, rejection in pile.lost if key not in known]
        name = pile.table.full_name
        written.landed[name] += len(rows)
        written.duplicates[name] += len(fresh) - len(rows) + pile.duplicates

    def prepare_event(self, pile: Pile, known: Set[Key], written: Written) -> None:
        """Make room for the rows of an event, unless its schema has too many tables."""
        if self._catalogue.has_room_for(pile.table):
            self.prepare(pile, known, written)
            return
        for key, line in zip(pile.rows, pile.lines, strict=True):
            if key not in known:
                self._lose(line, "too_many_tables", "event")

    def _prepare(
        self, table: RawTable, rows: Sequence[Row], lines: Sequence[Line]
    ) -> None:
        if not rows:
            return
        present = self._catalogue.columns(table)
        added: dict[str, Kind] = {}
        arrays: dict[str, pa.Array] = {}
        for name, values in _by_column(rows):
            kind = self._kind(table, present, name, values)
            if kind is None:
                continue
            if name not in present:
                if len(present) + len(added) >= MAX_COLUMNS:
                    self._lose_all(lines, values, "too_many_columns", name)
                    continue
                added[name] = kind
            filled = fill(values, kind)
            arrays[name] = filled.array
            for position in filled.misfits:
                self._lose(lines[position], "value_does_not_fit", name)
        if table.stamp:
            arrays[table.stamp] = _repeated(self._now, len(rows))
        self._catalogue.grow(self._connection, table, added)
        target = as_sql(table, self._catalogue.columns(table))
        self._loads.append((target, pa.table(arrays)))

    def _kind(
        self,
        table: RawTable,
        present: Mapping[str, Kind],
        name: str,
        values: Sequence[object],
    ) -> Kind | None:
        kind = present.get(name)
        if kind is None:
            return infer(values)
        is_free = name not in table.columns
        if kind is Kind.BIGINT and is_free and needs_double(values):
            self._catalogue.widen(self._connection, table, name)
            return Kind.DOUBLE
        return kind

    def _lose_all(
        self, lines: Iterable[Line], values: Iterable[object], reason: str, name: str
    ) -> None:
        for line, value in zip(lines, values, strict=True):
            if value is not None:
                self._lose(line, reason, name)

    def _lose(self, line: Line, reason: str, name: str) -> None:
        self.lost.append(Rejection(line=line, reason=reason, field=name))


def _by_column(rows: Sequence[Row]) -> Iterator[tuple[str, tuple[object, ...]]]:
    # Laying each row over a row of nulls, then turning the whole, is three times as
    # fast as asking every row for every name.
    blank: dict[str, object] = dict.fromkeys(chain.from_iterable(rows))
    laid = [(blank | row).values() for row in rows]
    return zip(blank, zip(*laid, strict=True), strict=True)


def _repeated(moment: datetime, times: int) -> pa.Array:
    return pa.repeat(pa.scalar(moment, ARROW_TYPES[Kind.TIMESTAMP]), times)
