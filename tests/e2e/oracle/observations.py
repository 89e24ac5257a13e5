"""Raw rows -> observations: one event, and the identifiers that it names."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.e2e.oracle.landed import Counting, Row
from tests.e2e.oracle.settings import Identifier, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One event, and whom it names."""

    event_id: str
    occurred_at: datetime
    received_at: datetime
    identifiers: frozenset[Identifier]
    user_id: str | None = None
    device: str | None = None
    session_id: str | None = None
    email: str | None = None


def observations(rows: Counting, settings: Settings) -> list[Observation]:
    """Everything that ever named somebody."""
    found = [_of_call(row, settings) for row in rows.calls]
    for session_id, row in rows.sessions.items():
        found.append(
            _observation(
                settings,
                event_id=session_id,
                occurred_at=row["identified_at"] or row["started_at"],
                received_at=row["first_loaded_at"],
                user_ids=[row["user_id"]],
                devices=[row["anonymous_id"]],
                session_id=session_id,
            )
        )
        found += (
            _of_identify(event, row, settings)
            for event in rows.events[session_id]
            if event["event_type"] == "identify"
        )
    return found


def _of_call(row: Row, settings: Settings) -> Observation:
    return _observation(
        settings,
        event_id=row["id"],
        occurred_at=row["timestamp"],
        received_at=row["received_at"],
        user_ids=[row["user_id"]],
        devices=[row["anonymous_id"], row["context_anonymous_id"]],
        others=[
            ("email", row.get("email")),
            ("email", row["context_traits_email"]),
            *_external_ids(row["context_external_ids"]),
        ],
    )


def _of_identify(event: Row, session: Row, settings: Settings) -> Observation:
    said = json.loads(event["properties"] or "{}")
    return _observation(
        settings,
        event_id=event["event_id"],
        occurred_at=event["ts"],
        received_at=event["received_at"],
        user_ids=[said.get("user_id")],
        devices=[session["anonymous_id"]],
        others=[("email", said.get("email"))],
        session_id=event["session_id"],
    )


def _external_ids(text: str | None) -> Iterator[tuple[str, str | None]]:
    for each in json.loads(text or "[]"):
        if each.get("collection", "users") == "users":
            yield each["type"].strip().lower(), each["id"]


def _observation(
    settings: Settings,
    *,
    event_id: str,
    occurred_at: datetime,
    received_at: datetime,
    user_ids: list[str | None],
    devices: list[str | None],
    others: list[tuple[str, str | None]] | None = None,
    session_id: str | None = None,
) -> Observation:
    named = [
        *(("user_id", value) for value in user_ids),
        *(("anonymous_id", value) for value in devices),
        *(others or []),
    ]
    kept = [*usable(named, settings)]
    return Observation(
        event_id=event_id,
        occurred_at=occurred_at,
        received_at=received_at,
        identifiers=frozenset(kept),
        user_id=first_of(kept, "user_id"),
        device=first_of(kept, "anonymous_id"),
        session_id=session_id,
        email=first_of(kept, "email"),
    )


def usable(
    named: Iterable[tuple[str, str | None]], settings: Settings
) -> Iterator[Identifier]:
    """Those that can name somebody, as they compare."""
    for kind, value in named:
        text = (value or "").strip()
        text = text.lower() if kind == "email" else text
        is_kept = kind in settings.identifier_types and text
        if is_kept and settings.is_usable(kind, text):
            yield kind, text


def first_of(identifiers: list[Identifier], kind: str) -> str | None:
    """The value of the first of a kind."""
    return next((value for each, value in identifiers if each == kind), None)
