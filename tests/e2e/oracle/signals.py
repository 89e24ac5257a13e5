"""What went wrong in a session, and the score of its worst ten minutes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A session's points, 0 to 100, and the signal that most of them are due to."""

    points: int
    top_signal: str | None


def score(events: list[Row], settings: Settings) -> Score:
    """Score one session by its events."""
    signals = [*_signals(events, settings)]
    length = timedelta(minutes=int(settings.thresholds["window_minutes"]))
    windows = [
        Counter(name for at, name in signals if start <= at < start + length)
        for start in sorted({at for at, _ in signals})
    ]
    if not windows:
        return Score(points=0, top_signal=None)
    # max() keeps the first of equals, which is the earliest.
    worst = max(windows, key=lambda window: _badness(window, settings))
    points = _capped(worst, settings)
    top = min(points, key=lambda name: (-points[name], settings.weights[name].rank))
    most = int(settings.thresholds["max_score"])
    return Score(points=min(most, sum(points.values())), top_signal=top)


def error_clicks(events: list[Row], settings: Settings) -> Iterator[Row]:
    """The clicks that failed, and show nothing stronger."""
    for event in events:
        if (event["ts"], "error_click") in _signals([event], settings):
            yield event


def _signals(events: list[Row], settings: Settings) -> Iterator[tuple[datetime, str]]:
    """One event shows one claiming signal at most, and any number of others."""
    for event in events:
        names = {*_names(event, settings)}
        claims = {name for name in names if settings.weights[name].claims_event}
        if claims:
            strongest = min(claims, key=lambda name: settings.weights[name].rank)
            names -= claims - {strongest}
        yield from ((event["ts"], name) for name in names)


def _names(event: Row, settings: Settings) -> Iterator[str]:
    """What an event shows by itself, and what others call it."""
    kind = event["event_type"]
    said = [("vendor", event["vendor_signal"])]
    if kind == "custom":
        said.append(("custom", event["custom_name"]))
    for by, word in said:
        name = settings.signal_names.get((by, (word or "").strip().lower()))
        if name:
            yield name
    if kind == "bug_report":
        yield "bug_reported"
    if kind == "js_error" and _is_complaint(event):
        yield "js_error"
    if kind == "network" and _has_failed(event, settings):
        yield "network_error"
    if kind == "network" and _is_slow(event, settings):
        yield "slow_request"


def _is_complaint(event: Row) -> bool:
    """What the page caught and did not complain about is the page doing its job."""
    return event["is_uncaught"] is not False or event["console_level"] == "error"


def _has_failed(event: Row, settings: Settings) -> bool:
    """The status 0 is a request that never got an answer."""
    status = event["http_status"]
    failed = settings.thresholds["network_error_status"]
    return status is not None and (status == 0 or status >= failed)


def _is_slow(event: Row, settings: Settings) -> bool:
    return (event["duration_ms"] or 0) > settings.thresholds["slow_request_ms"]


def _badness(window: Counter[str], settings: Settings) -> tuple[int, int]:
    uncapped = sum(settings.weights[name].points * n for name, n in window.items())
    return sum(_capped(window, settings).values()), uncapped


def _capped(window: Counter[str], settings: Settings) -> dict[str, int]:
    weights = settings.weights
    return {
        name: min(weights[name].points * times, weights[name].cap)
        for name, times in window.items()
    }
