"""The raw rows as they landed, and which of them count on a given day.

A row counts once, in its last version, if it is not from the future, not an echo of our
own calls, and not of somebody who was erased.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.e2e.oracle.settings import Identifier

Row = dict[str, Any]

CALL_TABLES = ("identifies", "pages", "screens", "groups", "aliases", "tracks")
OUR_OWN = "relyv-segment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Raw rows by source, every version and every copy of them."""

    calls: list[Row]
    sessions: list[Row]
    session_events: list[Row]
    deletions: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The rows that count: one a call, one a session, one an event of a session."""

    calls: list[Row]
    sessions: dict[str, Row]
    events: dict[str, list[Row]]


def read_landed(warehouse: Path) -> Landed:
    """Read the raw schemas of a DuckDB file."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return Landed(
            calls=[
                row
                for table in CALL_TABLES
                for row in _table(connection, f"segment.{table}")
            ],
            sessions=[*_table(connection, "relyv_raw.sessions")],
            session_events=[*_table(connection, "relyv_raw.session_events")],
            deletions=[*_table(connection, "relyv_raw.deletions")],
        )


def counting(landed: Landed, as_of: datetime) -> Counting:
    """Leave out what does not count at this moment."""
    erased = erased_subjects(landed)
    gone = {
        row["session_id"]
        for row in landed.sessions
        if erased & set(_named(user_id=row["user_id"], device=row["anonymous_id"]))
    }
    sessions = _latest(
        row
        for row in landed.sessions
        if row["session_id"] not in gone
        and row["started_at"] <= as_of
        and (row["updated_at"] or row["started_at"]) <= as_of
    )
    events: dict[str, list[Row]] = {session_id: [] for session_id in sessions}
    for row in landed.session_events:
        if row["ts"] <= as_of and not erased & set(_named_by_event(row)):
            session = sessions.get(row["session_id"])
            if session is not None:
                events[row["session_id"]].append(
                    row | {"session_ended_at": _ended_at(session)}
                )
    calls = (row for row in landed.calls if not erased & set(_named_by_call(row)))
    return Counting(
        calls=_first_receipts(calls, as_of), sessions=sessions, events=events
    )


def _ended_at(session: Row) -> datetime | None:
    ended_at: datetime | None = session["ended_at"] or session["last_event_at"]
    return ended_at


def erased_subjects(landed: Landed) -> set[Identifier]:
    """Everybody who asked to be forgotten, by any of their identifiers."""
    return {
        (row["subject_type"], _normal(row["subject_type"], row["subject_id"]))
        for row in landed.deletions
    }


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[Row]:
    found = connection.execute(f"select * from {name}")
    columns = [column[0] for column in found.description]
    for values in found.fetchall():
        yield dict(zip(columns, values, strict=True))


def _normal(kind: str, value: str) -> str:
    value = value.strip()
    return value.lower() if kind == "email" else value


def _named(
    *, user_id: str | None = None, device: str | None = None, email: str | None = None
) -> Iterator[Identifier]:
    named = (("user_id", user_id), ("anonymous_id", device), ("email", email))
    for kind, value in named:
        if value is not None:
            yield kind, _normal(kind, value)


def _named_by_call(row: Row) -> Iterator[Identifier]:
    previous = row.get("previous_id")
    yield from _named(
        user_id=row["user_id"], device=row["anonymous_id"], email=row.get("email")
    )
    yield from _named(
        device=row["context_anonymous_id"], email=row["context_traits_email"]
    )
    yield from _named(user_id=previous, device=previous)


def _named_by_event(row: Row) -> Iterator[Identifier]:
    if row["event_type"] == "identify":
        said = json.loads(row["properties"] or "{}")
        yield from _named(
            user_id=said.get("user_id"),
            device=said.get("anonymous_id"),
            email=said.get("email"),
        )


def _latest(versions: Iterable[Row]) -> dict[str, Row]:
    """The last version of each session, and when its identifiers first landed."""
    latest: dict[str, Row] = {}
    first_landed: dict[tuple[str, ...], datetime] = {}
    for row in versions:
        held = latest.setdefault(row["session_id"], row)
        if _age(held) < _age(row):
            latest[row["session_id"]] = row
        names = row["session_id"], row["user_id"], row["anonymous_id"]
        landed_at = row["_loaded_at"]
        first_landed[names] = min(landed_at, first_landed.get(names, landed_at))
    return {
        session_id: row
        | {
            "first_loaded_at": first_landed[
                session_id, row["user_id"], row["anonymous_id"]
            ]
        }
        for session_id, row in latest.items()
    }


def _age(row: Row) -> tuple[Any, ...]:
    return row["row_version"], row["updated_at"], row["_loaded_at"], row["_row_id"]


def _first_receipts(rows: Iterable[Row], as_of: datetime) -> list[Row]:
    """Segment may deliver a call twice: what came first is the call."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.get("context_integration_name") == OUR_OWN:
            continue
        received = row["received_at"]
        if received > as_of or row["timestamp"] > as_of:
            continue
        held = first.setdefault(row["id"], row)
        if received < held["received_at"]:
            first[row["id"]] = row
    return [*first.values()]
