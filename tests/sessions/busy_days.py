"""Sessions in which people struggle, as rows that may arrive in any order."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tests.identity.histories import START, Row

Arrival = tuple[str, Row]
EVENTS = "relyv_raw.session_events"
SESSIONS = "relyv_raw.sessions"
IDENTIFIES = "segment.identifies"
MINUTE = timedelta(minutes=1)


def busy_days(chance: random.Random, sessions: int, days: int) -> list[Arrival]:
    """Rows of raw tables: sessions, their events, and who logged in on the devices."""
    rows: list[Arrival] = []
    for number in range(sessions):
        begun = START + timedelta(minutes=chance.randrange(days * 24 * 60))
        rows += _session(chance, number, begun)
        rows += _events(chance, number, begun)
        if chance.random() < 0.3:
            rows.append((IDENTIFIES, _login(chance, number, begun)))
    return rows


def _session(chance: random.Random, number: int, begun: datetime) -> Iterator[Arrival]:
    """Most are told twice, while they run and once they are over; some are bots'."""
    for version in (1, 2)[chance.randrange(2) :]:
        ended = begun + version * 5 * MINUTE
        yield (
            SESSIONS,
            {
                "session_id": f"s{number}",
                "anonymous_id": f"a{number % 7}",
                "user_id": chance.choice((None, f"u{number % 5}")),
                "started_at": begun,
                "ended_at": ended if version == 2 else None,
                "last_event_at": ended,
                "updated_at": ended,
                "row_version": version,
                "_row_id": f"s{number}-{version}",
                "is_complete": version == 2,
                "recording_status": "recorded",
                "replay_url": f"https://relyv.io/{number}",
                "consent_status": chance.choice((None, None, "granted", "denied")),
                "user_agent": chance.choices(("Firefox", "HeadlessChrome"), (9, 1))[0],
            },
        )


def _login(chance: random.Random, number: int, begun: datetime) -> Row:
    """During the session or hours away from it."""
    at = begun + chance.choice((2, 2, 300)) * MINUTE
    return {
        "id": f"login{number}",
        "anonymous_id": f"a{number % 7}",
        "user_id": f"u{number % 5}",
        "received_at": at,
        "timestamp": at,
        "uuid_ts": at,
    }


def _events(chance: random.Random, number: int, begun: datetime) -> Iterator[Arrival]:
    names = (f"s{number}-e{index}" for index in range(1000))
    for burst in range(chance.randrange(1, 6)):
        at = begun + burst * MINUTE + timedelta(seconds=chance.randrange(50))
        for offset_ms, fields in chance.choice(BURSTS)(chance):
            happened = at + timedelta(milliseconds=offset_ms)
            name = next(names)
            yield (
                EVENTS,
                {
                    "event_id": name,
                    "session_id": f"s{number}",
                    "tab_id": "t1",
                    "seq": int(name.rpartition("e")[2]),
                    "ts": happened,
                    "received_at": happened + timedelta(seconds=chance.randrange(9)),
                    "page_path": "/",
                    **fields,
                },
            )


Burst = Iterator[tuple[int, Row]]


def _hammering(chance: random.Random) -> Burst:
    """One button, again and again; sometimes something answers."""
    for click in range(chance.randrange(1, 9)):
        yield 240 * click, _click("button.pay")
    if chance.random() < 0.5:
        yield 2600, {"event_type": chance.choice(("scroll", "network", "selection"))}


def _failing(chance: random.Random) -> Burst:
    """A click, and what comes of it."""
    yield 0, _click("button.save")
    yield 300, {"event_type": "js_error", "is_uncaught": True}
    status = chance.choice((200, 500, 0))
    slow = chance.choice((20, 7000))
    yield (
        400,
        {"event_type": "network", "http_status": status, "duration_ms": slow},
    )


def _wandering(chance: random.Random) -> Burst:
    """To and fro between pages."""
    for visit in range(chance.randrange(2, 7)):
        page = f"/{visit % 2}"
        yield 1500 * visit, {"event_type": "page_view", "page_path": page}


def _refused(chance: random.Random) -> Burst:
    """A form that takes nothing."""
    for attempt in range(chance.randrange(1, 5)):
        yield 3000 * attempt, {"event_type": "form_error", "target_key": "email"}


def _thrashing(chance: random.Random) -> Burst:
    """The pointer to and fro."""
    for step in range(chance.randrange(2, 14)):
        at = 300.0 * (step % 2)
        yield 90 * step, {"event_type": "mouse_path", "x": at, "y": 5.0}


def _told(chance: random.Random) -> Burst:
    """What the recorder flags, and what a person writes."""
    flag = chance.choice(("rage_click", "dead_click", "rage"))
    yield 0, {**_click("a.more"), "vendor_signal": flag}
    yield 900, {"event_type": "bug_report", "report_id": "r1"}
    yield 950, {"event_type": "custom", "custom_name": "page_loop"}


def _click(selector: str) -> Row:
    return {
        "event_type": "click",
        "selector": selector,
        "target_key": selector,
        "target_tag": "button",
        "is_interactive": True,
        "is_trusted": True,
        "x": 10.0,
        "y": 10.0,
    }


BURSTS: tuple[Callable[[random.Random], Burst], ...] = (
    _hammering,
    _failing,
    _wandering,
    _refused,
    _thrashing,
    _told,
)
