"""
Raw sessions at random: what a recorder writes when people click, wander and struggle.

A session is a run of acts, each of which may or may not be a signal; nobody says which.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.frustration.landed import Row

PAGES = ("/", "/list", "/cart", "/help", "/account")
CONTROLS: tuple[Row, ...] = (
    {"target_key": "buy", "target_tag": "button"},
    {"target_key": "more", "target_tag": "a", "href_kind": "same"},
    {"target_key": "plus", "target_tag": "button", "target_label": "+"},
    {"target_key": "name", "target_tag": "input", "target_type": "text"},
    {"selector": ".tile", "target_tag": "div", "is_interactive": True},
    {"selector": ".text", "target_tag": "p"},
    {"target_tag": "button"},
)
BETWEEN = ("scroll", "selection", "resize", "focus", "input_change", "page_view")
FLAGS = ("rage", "Dead ", "error_click", "page_loop", "thrashed", "first_visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSession:
    """Events as offsets in milliseconds, and the fields that are not null."""

    session_id: str
    profile_id: str | None
    started_at: datetime
    events: tuple[tuple[int, Row], ...]
    fields: Row = field(default_factory=dict)
    copies: int = 1

    @property
    def row(self) -> Row:
        """The session as the step before leaves it; it was watched to its end."""
        lasted = max((offset for offset, _ in self.events), default=0) + 20_000
        return {
            "session_id": self.session_id,
            "profile_id": self.profile_id,
            "recording_status": "recorded",
            "is_complete": True,
            "duration_ms": lasted,
            "started_at": self.started_at,
            "ended_at": self.started_at + timedelta(milliseconds=lasted),
            **self.fields,
        }

    def event_rows(self) -> list[Row]:
        """Raw rows in the order in which they are told, each `copies` times."""
        skew = 0 if self.session_id.startswith("s1") else 86_400_000
        rows = []
        for number, (offset, fields) in enumerate(self.events):
            at = self.started_at + timedelta(milliseconds=offset)
            rows.append(
                {
                    "event_id": f"{self.session_id}/{number:04}",
                    "session_id": self.session_id,
                    "ts": at,
                    "client_ts_ms": round(at.replace(tzinfo=UTC).timestamp() * 1000)
                    + skew,
                    "seq": offset % 7,
                    **fields,
                }
            )
        return rows * self.copies


def random_session(chance: random.Random, number: int, as_of: datetime) -> RawSession:
    """A session of a few acts, or of none."""
    events: list[tuple[int, Row]] = []
    now = 0
    for _ in range(chance.choice((0, 1, 3, 6, 12))):
        now += chance.choice((0, 900, 4_000, 30_000, 400_000))
        act = list(chance.choice(ACTS)(chance))
        tab = chance.choice(("t1", "t1", "t2", None))
        events += [(now + after, {"tab_id": tab, **row}) for after, row in act]
        now += max((after for after, _ in act), default=0)
    return RawSession(
        session_id=f"s{number}",
        profile_id=f"p{number}",
        started_at=as_of - timedelta(minutes=chance.randrange(2_000, 80 * 1440)),
        events=tuple(sorted(events, key=lambda event: event[0])),
    )


def one_more(chance: random.Random, session: RawSession) -> RawSession:
    """With a signal more, in a tab where it answers nothing."""
    signal = chance.choice(
        (
            {"event_type": "network", "http_status": 502},
            {"event_type": "network", "http_status": 200, "duration_ms": 9_000},
            {"event_type": "js_error", "is_uncaught": True},
            {"event_type": "bug_report", "report_id": "another"},
        )
    )
    last = max((offset for offset, _ in session.events), default=0)
    event = (chance.randrange(last + 1), {"tab_id": "elsewhere", **signal})
    return replace(session, events=(*session.events, event))


def repeated(chance: random.Random, session: RawSession, times: int) -> RawSession:
    """
    The same again and again, some three hours apart: not like clockwork.

    Each time in a tab of its own: nobody goes back to the last page of the time before.
    """
    starts = [
        time * 3 * 3_600_000 + chance.randrange(1_800_000) for time in range(times)
    ]
    return replace(
        session,
        events=tuple(
            (offset + start, row | {"tab_id": f"{row.get('tab_id')}-{time}"})
            for time, start in enumerate(starts)
            for offset, row in session.events
        ),
    )


Act = Iterator[tuple[int, Row]]


def _clicks(chance: random.Random) -> Act:
    """Clicks on something, fast or slow; now and then something comes between."""
    control = chance.choice(CONTROLS)
    x, y, now = chance.randrange(900), chance.randrange(600), 0
    for _ in range(chance.choice((1, 1, 2, 3, 4, 7, 9))):
        row = {"event_type": "click", "x": float(x), "y": float(y), **control}
        if chance.random() < 0.3:
            kind = chance.choice(("mutation", "navigation", "scroll", "network"))
            row |= {"first_response_kind": kind}
            row |= {"first_response_ms": chance.choice((-101, -100, 90, 300, 2501))}
        if chance.random() < 0.1:
            row["vendor_signal"] = chance.choice(FLAGS)
        yield now, row
        now += chance.choice((80, 333, 500, 501, 1_200))
        x, y = x + chance.choice((0, 0, 3, 30)), y + chance.choice((0, 0, 40))
        if chance.random() < 0.1:
            yield now - 40, {"event_type": chance.choice(BETWEEN), "page_path": "/"}
        if chance.random() < 0.15:
            yield now + chance.choice((0, 700, 2_000)), _trouble(chance)


def _trouble(chance: random.Random) -> Row:
    return chance.choice(
        (
            {"event_type": "js_error", "is_uncaught": True},
            {"event_type": "js_error"},
            {"event_type": "js_error", "is_uncaught": False},
            {"event_type": "network", "http_status": 404, "is_user_facing": True},
            {"event_type": "network", "http_status": 0, "is_user_facing": True},
            {"event_type": "network", "http_status": 503, "duration_ms": 8_000},
            {"event_type": "bug_report", "report_id": chance.choice(("r1", None))},
            {"event_type": "console", "console_level": "error"},
        )
    )


def _troubles(chance: random.Random) -> Act:
    for number in range(chance.randrange(1, 6)):
        yield number * chance.choice((0, 1_000)), _trouble(chance)


def _wanderings(chance: random.Random) -> Act:
    """From page to page, sometimes to and fro."""
    now, pages = 0, chance.sample(PAGES, chance.choice((2, 3, 5)))
    for _ in range(chance.randrange(2, 12)):
        yield now, {"event_type": "page_view", "page_path": chance.choice(pages)}
        now += chance.choice((100, 600, 4_000, 5_000, 9_000, 200_000))


def _refusals(chance: random.Random) -> Act:
    now, fields = 0, chance.sample(("email", "city", "name"), chance.choice((1, 2)))
    for _ in range(chance.randrange(2, 9)):
        row = {"event_type": "form_error", "target_key": chance.choice(fields)}
        yield now, {**row, "page_path": "/account"}
        now += chance.choice((10, 1_999, 2_000, 15_000, 120_001))


def _thrashing(chance: random.Random) -> Act:
    step, pause = chance.choice((19.0, 20.0, 90.0)), chance.choice((80, 180, 240))
    for number in range(chance.randrange(6, 24)):
        place = {"x": number % 2 * step, "y": 0.0}
        yield number * pause, {"event_type": "mouse_path", **place}


def _told_thrashing(chance: random.Random) -> Act:
    turns = json.dumps({"direction_changes": chance.choice((9, 10, 40))})
    row = {"event_type": "mouse_path", "properties": turns}
    yield 0, {**row, "duration_ms": chance.choice((1_500, 2_000, 3_000))}


def _flagging(chance: random.Random) -> Act:
    """Somebody else's word for what was, or was not, just seen."""
    yield 0, {"event_type": "vendor_signal", "vendor_signal": chance.choice(FLAGS)}
    yield 500, {"event_type": "custom", "custom_name": "form_error_loop"}


ACTS = (
    *(_clicks, _clicks, _clicks, _troubles, _wanderings, _refusals),
    *(_thrashing, _told_thrashing, _flagging),
)
