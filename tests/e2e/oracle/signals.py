"""What went wrong in a session, and the score of its worst ten minutes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.e2e.oracle.clicks import dead_clicks, failed_clicks, rage_episodes
from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.loops import LOOPS, quick_backs
from tests.e2e.oracle.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A session's points, 0 to 100, and the signal that most of them are due to."""

    points: int
    top_signal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that went wrong; an episode of clicks is one."""

    name: str
    at: datetime
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """An event that shows a signal, alone or in an episode of so many clicks."""

    name: str
    event: Row
    episode_id: str
    clicks: int | None = None


def score(events: list[Row], settings: Settings) -> Score:
    """Score one session by its events."""
    found = signals(events, settings)
    length = timedelta(minutes=int(settings.thresholds["window_minutes"]))
    windows = [
        [signal for signal in found if start <= signal.at < start + length]
        for start in sorted({signal.at for signal in found})
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
    for showing in _claimed(events, settings):
        if showing.name == "error_click":
            yield showing.event


def signals(events: list[Row], settings: Settings) -> list[Signal]:
    """What went wrong, an episode once: by what nothing stronger has claimed."""
    episodes: dict[tuple[str, str], list[Showing]] = defaultdict(list)
    for showing in _claimed(events, settings):
        episodes[showing.name, showing.episode_id].append(showing)
    return [
        Signal(
            name=name,
            at=min(showing.event["ts"] for showing in showings),
            points=_points(showings, settings),
        )
        for (name, _), showings in episodes.items()
    ]


def _points(showings: list[Showing], settings: Settings) -> int:
    weight = settings.weights[showings[0].name]
    clicks = max((each.clicks for each in showings if each.clicks), default=None)
    if clicks is None:
        return weight.points
    if clicks < settings.thresholds["full_rage_clicks"]:
        return weight.light_points
    if clicks >= settings.thresholds["heavy_rage_clicks"]:
        return weight.heavy_points
    return weight.points


def _claimed(events: list[Row], settings: Settings) -> Iterator[Showing]:
    """One event shows one claiming signal at most, and any number of others."""
    by_event: dict[str, dict[str, Showing]] = defaultdict(dict)
    for showing in _showings(events, settings):
        names = by_event[showing.event["event_id"]]
        # What is part of an episode is told after what says it of one click.
        names[showing.name] = showing
    for names in by_event.values():
        claims = [name for name in names if settings.weights[name].claims_event]
        claims.sort(key=lambda name: settings.weights[name].rank)
        for name in claims[1:]:
            del names[name]
        yield from names.values()


def _showings(events: list[Row], settings: Settings) -> Iterator[Showing]:
    """What others say, and then what we find: that knows the whole episode."""
    found = [*_found(events, settings)]
    yield from _said(events, found, settings)
    told = {error["event_id"] for _, error in failed_clicks(events, settings)}
    for showing in found:
        if not (showing.name == "js_error" and showing.event["event_id"] in told):
            yield showing


def _found(events: list[Row], settings: Settings) -> Iterator[Showing]:
    reports: set[str] = set()
    for event in sorted(events, key=lambda event: (event["ts"], event["event_id"])):
        for name in _names(event, settings):
            report = event["report_id"] or event["event_id"]
            if name != "bug_reported" or report not in reports:
                yield _alone(name, event)
            reports.add(report)
    for click, _ in failed_clicks(events, settings):
        yield _alone("error_click", click)
    yield from (_alone("dead_click", each) for each in dead_clicks(events, settings))
    yield from (_alone("quick_back", each) for each in quick_backs(events, settings))
    for name, find in LOOPS.items():
        for episode in find(events, settings):
            yield from _together(name, episode)
    taken: set[str] = set()
    for episode in rage_episodes(events, settings):
        rest = [click for click in episode if click["event_id"] not in taken]
        taken |= {click["event_id"] for click in rest}
        for showing in _together("rage_click", episode):
            if showing.event in rest:
                yield replace(showing, clicks=len(episode))


def _said(
    events: list[Row], found: list[Showing], settings: Settings
) -> Iterator[Showing]:
    """A flag that is an event of its own is about our newest signal of that name."""
    within = timedelta(milliseconds=int(settings.thresholds["flag_within_ms"]))
    for event in events:
        for name in _flags(event, settings):
            about = [
                showing
                for showing in found
                if event["event_type"] in ("custom", "vendor_signal")
                and showing.name == name
                and timedelta(0) <= event["ts"] - showing.event["ts"] <= within
            ]
            yield max(
                about,
                key=lambda each: (each.event["ts"], each.event["event_id"]),
                default=_alone(name, event),
            )


def _together(name: str, episode: list[Row]) -> Iterator[Showing]:
    for event in episode:
        yield Showing(name=name, event=event, episode_id=episode[0]["event_id"])


def _alone(name: str, event: Row) -> Showing:
    return Showing(name=name, event=event, episode_id=event["event_id"])


def _flags(event: Row, settings: Settings) -> Iterator[str]:
    """What others call it."""
    said = [("vendor", event["vendor_signal"])]
    if event["event_type"] == "custom":
        said.append(("custom", event["custom_name"]))
    for by, word in said:
        name = settings.signal_names.get((by, (word or "").strip().lower()))
        if name:
            yield name


def _names(event: Row, settings: Settings) -> Iterator[str]:
    """What an event shows by itself."""
    kind = event["event_type"]
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


def _badness(window: list[Signal], settings: Settings) -> tuple[int, int]:
    uncapped = sum(signal.points for signal in window)
    return sum(_capped(window, settings).values()), uncapped


def _capped(window: list[Signal], settings: Settings) -> dict[str, int]:
    points: Counter[str] = Counter()
    for signal in window:
        points[signal.name] += signal.points
    return {name: min(n, settings.weights[name].cap) for name, n in points.items()}
