"""The lines of a chunk -> rows piled up by table, and what was rejected.

Nothing is asked of the warehouse here: only copies within the chunk are known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from landing import relyv_exports, segment_calls
from landing.batches import batch_items
from landing.errors import LineRejected
from landing.files import Line
from landing.flattening import Loss, Row
from landing.raw_tables import RawTable, RawTables
from landing.recognise import Shape, as_object, parse, shape_of
from landing.rejections import Rejection

Key = tuple[object, ...]


@dataclass(slots=True)
class Pile:
    """The rows of one chunk for one table, each key once: the first one stays."""

    table: RawTable
    rows: dict[Key, Row] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    lost: list[tuple[Key, Rejection]] = field(default_factory=list)
    duplicates: int = 0

    def add(self, row: Row, line: Line, lost: Sequence[Loss] = ()) -> bool:
        """Take the row, unless its key is there already."""
        key = tuple([row[name] for name in self.table.key])
        if key in self.rows:
            self.duplicates += 1
            return False
        self.rows[key] = row
        self.lines.append(line)
        for reason, name in lost:
            self.lost.append((key, Rejection(line=line, reason=reason, field=name)))
        return True


@dataclass(slots=True)
class SortedChunk:
    """
    A chunk, ready to be written.

    A record is a line, or an item of a batch: what lands, is a duplicate or is
    rejected as one. Rows of event tables and of suppressions go along with one.
    """

    tables: RawTables
    now: datetime
    piles: dict[str, Pile] = field(default_factory=dict)
    event_piles: dict[str, Pile] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    lines: int = 0
    empty_lines: int = 0
    records: int = 0

    def pile(self, table: RawTable) -> Pile:
        """The pile of a table, begun if need be."""
        if table.name not in self.piles:
            self.piles[table.name] = Pile(table)
        return self.piles[table.name]


def sort(lines: Iterable[Line], tables: RawTables, now: datetime) -> SortedChunk:
    """Recognise each line and put its rows where they belong."""
    chunk = SortedChunk(tables=tables, now=now)
    for line in lines:
        chunk.lines += 1
        if line.content or line.flaw:
            _sort_line(line, chunk)
        else:
            chunk.empty_lines += 1
    return chunk


def _sort_line(line: Line, chunk: SortedChunk) -> None:
    try:
        if line.flaw:
            raise LineRejected(line.flaw)
        fields = as_object(parse(line.content))
        shape = shape_of(fields)
        if shape is Shape.BATCH:
            _sort_batch(fields, line, chunk)
            return
        _ADD[shape](fields, line, chunk)
    except LineRejected as why:
        _reject(line, why, chunk)
    chunk.records += 1


def _sort_batch(body: Row, line: Line, chunk: SortedChunk) -> None:
    if not body["batch"]:
        raise LineRejected("empty_batch")
    for position, item in enumerate(batch_items(body)):
        place = line._replace(item=position)
        chunk.records += 1
        try:
            call = as_object(item)
            if shape_of(call) is not Shape.CALL:
                raise LineRejected("unknown_shape")
            _add_call(call, place, chunk)
        except LineRejected as why:
            _reject(place, why, chunk)


def _reject(line: Line, why: LineRejected, chunk: SortedChunk) -> None:
    chunk.rejections.append(Rejection(line=line, reason=why.reason, field=why.field))


def _add_call(call: Row, line: Line, chunk: SortedChunk) -> None:
    if call["type"] == "delete":
        row = segment_calls.deletion_row(call, now=chunk.now)
        _add_deletion_row(row, line, chunk, source="segment")
        return
    sorted_call = segment_calls.call_row(call, now=chunk.now)
    pile = chunk.pile(chunk.tables.calls[sorted_call.table])
    is_new = pile.add(sorted_call.row, line, sorted_call.lost)
    if is_new and sorted_call.event_row is not None:
        _add_event_row(sorted_call.event_row, line, chunk)


def _add_event_row(row: Row, line: Line, chunk: SortedChunk) -> None:
    name = str(row["event"])
    if name not in chunk.event_piles:
        chunk.event_piles[name] = Pile(chunk.tables.event(name))
    chunk.event_piles[name].add(row, line)


def _add_session(session: Row, line: Line, chunk: SortedChunk) -> None:
    chunk.pile(chunk.tables.sessions).add(relyv_exports.session_row(session), line)


def _add_session_event(event: Row, line: Line, chunk: SortedChunk) -> None:
    row = relyv_exports.session_event_row(event, now=chunk.now)
    chunk.pile(chunk.tables.session_events).add(row, line)


def _add_deletion(deletion: Row, line: Line, chunk: SortedChunk) -> None:
    row = relyv_exports.deletion_row(deletion, now=chunk.now)
    _add_deletion_row(row, line, chunk, source="relyv")


def _add_deletion_row(row: Row, line: Line, chunk: SortedChunk, *, source: str) -> None:
    suppression = {
        "subject_type": row["subject_type"],
        "subject_id": row["subject_id"],
        "since": row["requested_at"],
        "source": source,
    }
    chunk.pile(chunk.tables.deletions).add(row, line)
    chunk.pile(chunk.tables.suppressions).add(suppression, line)


_ADD = {
    Shape.CALL: _add_call,
    Shape.SESSION: _add_session,
    Shape.SESSION_EVENT: _add_session_event,
    Shape.DELETION: _add_deletion,
}
