"""Random sessions with flags, and twins of each in which something changed.

It must not matter, or must not lower the score.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

AS_OF = datetime.fromisoformat("2026-04-01 12:00:00")

# What a raw event looks like, and the signals that it shows. None is noise.
SHAPES: dict[tuple[str, ...], dict[str, object]] = {
    ("rage_click",): {"event_type": "click", "vendor_signal": "rage"},
    ("dead_click",): {"event_type": "click", "vendor_signal": "dead_click"},
    ("error_click",): {"event_type": "click", "vendor_signal": "error"},
    # In a tab of its own, so that it is no click's fault.
    ("js_error",): {"event_type": "js_error", "is_uncaught": True, "tab_id": "other"},
    ("network_error",): {"event_type": "network", "http_status": 502},
    ("slow_request",): {
        "event_type": "network",
        "http_status": 200,
        "duration_ms": 6000,
    },
    ("network_error", "slow_request"): {
        "event_type": "network",
        "http_status": 0,
        "duration_ms": 30000,
    },
    ("bug_reported",): {"event_type": "bug_report"},
    ("page_loop",): {"event_type": "custom", "custom_name": "page_loop"},
}
NOISE: list[dict[str, object]] = [
    {"event_type": "click"},
    {"event_type": "click", "vendor_signal": "first_visit"},
    {"event_type": "js_error", "is_uncaught": False},
    {"event_type": "console", "console_level": "error"},
    {"event_type": "network", "http_status": 404, "duration_ms": 5000},
    {"event_type": "mouse_path"},
    {"event_type": "custom", "custom_name": "seen"},
]
EXCLUSIONS: list[tuple[str, dict[str, object]]] = [
    ("bot", {"is_bot": True}),
    ("bot", {"webdriver": True}),
    ("bot", {"user_agent": "Mozilla/5.0 (X11; Linux) HeadlessChrome/126.0"}),
    ("bot", {"trusted_click_ratio": 0.2}),
    ("staff", {"is_staff": True}),
    ("no_consent", {"consent_status": "denied"}),
    ("deleted", {"recording_status": "deleted"}),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A raw event, as an offset into its session."""

    offset: timedelta
    fields: dict[str, object]
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    session_id: str
    started_at: datetime
    events: tuple[Event, ...]
    profile_id: str | None = None
    excluded_reason: str | None = None
    fields: dict[str, object] = field(default_factory=dict)
    copies: int = 1


def random_event(chance: random.Random, minutes: int) -> Event:
    signals: tuple[str, ...] = ()
    fields = chance.choice(NOISE)
    if chance.random() < 0.6:
        signals, fields = chance.choice(list(SHAPES.items()))
    # Few distinct instants, so that events meet and windows end exactly on one; but
    # clicks are a person's, never in step with a clock.
    offset = timedelta(seconds=chance.randrange(minutes * 12) * 5)
    if is_click(fields):
        offset += timedelta(milliseconds=chance.randrange(5000))
    return Event(offset=offset, fields=fields, signals=signals)


def is_click(fields: dict[str, object]) -> bool:
    return fields["event_type"] == "click"


def random_session(chance: random.Random, number: int) -> Session:
    minutes = chance.choice([5, 25, 120])
    count = chance.choice([0, 1, 3, 10, 40])
    reason, fields = None, {}
    if chance.random() < 0.2:
        reason, fields = chance.choice(EXCLUSIONS)
    return Session(
        session_id=f"s{number}",
        profile_id=f"p{chance.randrange(80)}",
        started_at=AS_OF - timedelta(minutes=chance.randrange(180, 110 * 1440)),
        events=tuple(random_event(chance, minutes) for _ in range(count)),
        excluded_reason=reason,
        fields=fields,
    )


def twin(session: Session, suffix: str, **changes: object) -> Session:
    return replace(
        session, session_id=session.session_id + suffix, profile_id=None, **changes
    )


def twins(chance: random.Random, session: Session) -> Iterator[Session]:
    """The same session told differently, and two that differ."""
    shuffled = chance.sample(session.events, len(session.events))
    yield twin(session, "-told-thrice", events=tuple(shuffled), copies=3)
    later = session.started_at - timedelta(days=200, milliseconds=chance.randrange(999))
    yield twin(session, "-moved", started_at=later)
    one_more = random_event(chance, 25)
    yield twin(session, "-one-more", events=(*session.events, one_more))
    # Without clicks: the same gaps twenty times over would be a machine's.
    silent = [event for event in session.events if not is_click(event.fields)]
    yield twin(session, "-silent", events=tuple(silent))
    repeated = [
        replace(event, offset=event.offset + timedelta(hours=3 * time))
        for time in range(20)
        for event in silent
    ]
    yield twin(session, "-silent-repeated", events=tuple(repeated))


def session_row(session: Session) -> dict[str, object]:
    return {
        "session_id": session.session_id,
        "profile_id": session.profile_id,
        "recording_status": "recorded",
        "is_complete": True,
        "duration_ms": 7_200_000,
        "started_at": session.started_at,
        **session.fields,
    }


def event_rows(session: Session) -> Iterator[dict[str, object]]:
    for number, event in enumerate(session.events):
        row = {
            "event_id": f"{session.session_id}/{number}",
            "session_id": session.session_id,
            "profile_id": session.profile_id,
            "ts": session.started_at + event.offset,
            **event.fields,
        }
        yield from [row] * session.copies
