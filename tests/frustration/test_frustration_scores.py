"""
The scores that the SQL gives, against a second opinion in plain Python.

Random sessions are built once; each also has twins in which something changed that
must not matter, or must not lower the score.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.dbt_runs import run_dbt
from tests.frustration.landed import land
from tests.warehouses import Places
from warehouse import Warehouse

AS_OF = datetime.fromisoformat("2026-04-01 12:00:00")
WINDOW = timedelta(minutes=10)

POINTS_AND_CAPS = {
    "error_click": (10, 30),
    "rage_click": (12, 36),
    "bug_reported": (25, 25),
    "dead_click": (4, 16),
    "network_error": (4, 16),
    "js_error": (3, 12),
    "page_loop": (6, 12),
    "slow_request": (2, 8),
}

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the warehouse says once dbt has run."""

    sessions: dict[str, tuple[Decimal | None, str | None]]
    contributions: dict[str, dict[str, Decimal]]
    profiles: dict[str, Decimal]


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


def plain_window(session: Session) -> Counter[str]:
    """The signals of the worst window: most points, most evidence, earliest."""
    signals = [
        (event.offset, name) for event in session.events for name in event.signals
    ]
    windows = [
        Counter(name for at, name in signals if start <= at < start + WINDOW)
        for start in sorted({at for at, _ in signals})
    ]
    # max() keeps the first of equals, which is the earliest.
    return max(
        windows,
        key=lambda window: (
            sum(capped(window).values()),
            sum(count * POINTS_AND_CAPS[name][0] for name, count in window.items()),
        ),
        default=Counter(),
    )


def capped(window: Counter[str]) -> dict[str, int]:
    return {
        name: min(count * POINTS_AND_CAPS[name][0], POINTS_AND_CAPS[name][1])
        for name, count in window.items()
    }


def plain_score(session: Session) -> int | None:
    if session.excluded_reason:
        return None
    return min(100, sum(capped(plain_window(session)).values()))


def plain_profile_score(sessions: Sequence[Session]) -> Decimal | None:
    """None when nothing was scored in 90 days."""
    decayed = []
    for session in sessions:
        age = (AS_OF.date() - session.started_at.date()).days
        score = plain_score(session)
        if score is not None and age <= 90:
            decayed.append(rounded(score * Decimal(0.5 ** (age / 14)), "0.000001"))
    if not decayed:
        return None
    worst = sorted(decayed, reverse=True)[:3]
    weights = (Decimal("0.60"), Decimal("0.25"), Decimal("0.15"))
    total = sum(
        rounded(weight * score, "0.000001")
        for weight, score in zip(weights, worst, strict=False)
    )
    return rounded(Decimal(total), "0.1")


def rounded(number: Decimal, step: str) -> Decimal:
    return number.quantize(Decimal(step), rounding=ROUND_HALF_UP)


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


def build(folder: Path) -> None:
    run_dbt(
        folder,
        "build",
        *("--select", "resource_type:seed", "path:models/frustration"),
        *("--resource-type", "seed", "--resource-type", "model"),
        as_of=str(AS_OF),
    )


def read(warehouse: Warehouse) -> Scored:
    contributions: dict[str, dict[str, Decimal]] = defaultdict(dict)
    with warehouse.engine.connect() as connection:
        for session_id, name, contribution in connection.exec_driver_sql(
            "select session_id, signal_name, contribution"
            " from relyv_frustration.frustration_contributions"
        ):
            contributions[session_id][name] = contribution
        sessions = connection.exec_driver_sql(
            "select session_id, frustration_score, score_excluded_reason"
            " from relyv_frustration.session_scores"
        ).all()
        profiles = connection.exec_driver_sql(
            "select profile_id, frustration_score from relyv_frustration.profile_scores"
        ).all()
    return Scored(
        sessions={
            session_id: (score, reason) for session_id, score, reason in sessions
        },
        contributions=contributions,
        profiles={row.profile_id: row.frustration_score for row in profiles},
    )


@pytest.fixture(scope="module")
def originals() -> list[Session]:
    chance = random.Random(20260401)
    return [random_session(chance, number) for number in range(400)]


@pytest.fixture(scope="module")
def everyone(originals: list[Session]) -> list[Session]:
    chance = random.Random(14)
    return [*originals, *(each for one in originals for each in twins(chance, one))]


@pytest.fixture(scope="module")
def scored(
    everyone: list[Session],
    kind: str,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Scored:
    folder = tmp_path_factory.mktemp("frustration")
    with places.new(kind) as place:
        with place.open(folder) as warehouse:
            land(
                warehouse,
                sessions=[session_row(session) for session in everyone],
                events=[row for session in everyone for row in event_rows(session)],
            )
        build(folder)
        with place.open(folder) as warehouse:
            return read(warehouse)


def test_sql_and_python_agree_on_every_session(everyone, scored):
    """
    A session scores what the page says it does, whatever happened in it.
    """
    expected = {one.session_id: plain_score(one) for one in everyone}

    actual = {session_id: score for session_id, (score, _) in scored.sessions.items()}

    assert expected == actual
    assert len(set(expected.values())) > 40


def test_sql_and_python_agree_on_every_profile(originals, scored):
    """
    A profile scores by its three worst sessions, faded, to the printed decimal.
    """
    by_profile = defaultdict(list)
    for session in originals:
        by_profile[session.profile_id].append(session)
    expected = {name: plain_profile_score(them) for name, them in by_profile.items()}

    assert {k: v for k, v in expected.items() if v is not None} == scored.profiles


def test_a_score_lies_between_0_and_100(scored):
    """
    And is 0 exactly when the session shows no signal.
    """
    for session_id, (score, _) in scored.sessions.items():
        assert score is None or 0 <= score <= 100
        assert (score or 0) == 0 or scored.contributions[session_id]


def test_contributions_are_the_score(everyone, scored):
    """
    Signal by signal they are the capped points of the worst window, scaled to 100.
    """
    for session in everyone:
        parts = scored.contributions.get(session.session_id, {})
        points = {} if session.excluded_reason else capped(plain_window(session))
        scale = 100 / max(100, sum(points.values()))

        assert sum(parts.values()) == (scored.sessions[session.session_id][0] or 0)
        assert {name: float(part) for name, part in parts.items()} == pytest.approx(
            {name: point * scale for name, point in points.items()}, abs=1e-6
        )


def test_who_is_excluded_has_no_score_but_a_reason(everyone, scored):
    """
    A bot that scored 0 would pass for a calm person.
    """
    for session in everyone:
        score, reason = scored.sessions[session.session_id]
        assert reason == session.excluded_reason
        assert (score is None) == (reason is not None)


@pytest.mark.parametrize(
    ("change", "original"),
    [("-told-thrice", ""), ("-moved", ""), ("-silent-repeated", "-silent")],
)
def test_what_must_not_matter_does_not(originals, scored, change, original):
    """
    Order, duplicates, the date, and bad minutes that come back twenty times.
    """
    for session in originals:
        expected = scored.sessions[session.session_id + original]

        assert scored.sessions[session.session_id + change] == expected


def test_one_more_event_never_lowers_the_score(originals, scored):
    """
    A signal adds, noise changes nothing.
    """
    for session in originals:
        before, _ = scored.sessions[session.session_id]
        after, _ = scored.sessions[session.session_id + "-one-more"]
        assert before is None or after >= before
