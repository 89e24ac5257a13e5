"""Rage, dead and error clicks of one session, as our own definition has them.

Clicks are looked at tab by tab, in the order of the page's own clock.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.settings import Settings

RESPONSES = {"page_view": "navigation", "input_change": "input"}


def rage_episodes(events: list[Row], settings: Settings) -> Iterator[list[Row]]:
    """Maximal runs in which every few clicks in a row fit the rule."""
    for tab in tabs(events):
        for run in _runs(tab, settings):
            yield from _episodes(run, settings)


def dead_clicks(events: list[Row], settings: Settings) -> Iterator[Row]:
    """Clicks that nothing came of, though it was watched for long enough."""
    if not events:
        return
    last = max(events, key=lambda event: event["ts"])
    unseen = (last["session_ended_at"] or last["ts"]) - last["ts"]
    until = max(map(moment, events)) + max(0, round(unseen.total_seconds() * 1000))
    for tab in tabs(events):
        for click in _targets(tab, "dead_click", settings):
            watched = until - moment(click) >= settings.clicking["dead_observed_ms"]
            if watched and not _is_answered(click, tab, settings):
                yield click


def failed_clicks(events: list[Row], settings: Settings) -> Iterator[tuple[Row, Row]]:
    """Each click that an error followed, with the error; both are used once."""
    for tab in tabs(events):
        waiting: list[Row] = []
        for event in tab:
            if event["event_type"] == "click":
                if settings.is_target("error_click", event):
                    waiting.append(event)
            elif _is_failure(event) and waiting:
                click = waiting.pop()
                after = moment(event) - moment(click)
                if after <= settings.clicking["error_within_ms"]:
                    yield click, event


def moment(event: Row) -> int:
    """Milliseconds of the page's clock, or of ours where it says nothing."""
    if event["client_ts_ms"] is not None:
        return int(event["client_ts_ms"])
    at: datetime = event["ts"].replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)


def tabs(events: list[Row]) -> Iterator[list[Row]]:
    def tab(event: Row) -> str:
        return event["tab_id"] or ""

    def order(event: Row) -> tuple[str, int, int, bytes]:
        name = event["event_id"].encode()
        return tab(event), moment(event), event["seq"] or 0, name

    for _, found in groupby(sorted(events, key=order), key=tab):
        yield [*found]


def _targets(tab: list[Row], signal: str, settings: Settings) -> Iterator[Row]:
    for event in tab:
        if event["event_type"] == "click" and settings.is_target(signal, event):
            yield event


def _runs(tab: list[Row], settings: Settings) -> Iterator[list[Row]]:
    """Clicks on one thing with nothing between them that would explain them."""
    run: list[Row] = []
    for event in tab:
        is_click = event["event_type"] == "click"
        if event["event_type"] in settings.interruptions:
            yield run
            run = []
        elif is_click and settings.is_target("rage_click", event):
            if run and event["target_key"] != run[-1]["target_key"]:
                yield run
                run = []
            run.append(event)
    yield run


def _episodes(run: list[Row], settings: Settings) -> Iterator[list[Row]]:
    few = int(settings.clicking["rage_clicks"])
    fits = [
        _fits(run[start : start + few], settings) for start in range(len(run) - few + 1)
    ]
    start = 0
    for is_fit, group in groupby(fits):
        length = len([*group])
        if is_fit:
            yield run[start : start + length + few - 1]
        start += length


def _fits(clicks: list[Row], settings: Settings) -> bool:
    first, last = clicks[0], clicks[-1]
    if moment(last) - moment(first) > settings.clicking["rage_span_ms"]:
        return False
    if first["target_key"] is not None:
        return True
    radius = settings.clicking["rage_radius_px"]
    return all(
        click["x"] is not None
        and first["x"] is not None
        and (click["x"] - first["x"]) ** 2 + (click["y"] - first["y"]) ** 2 <= radius**2
        for click in clicks
    )


def _is_answered(click: Row, tab: list[Row], settings: Settings) -> bool:
    seen = [(click["first_response_kind"], click["first_response_ms"])]
    for event in tab:
        kind = event["event_type"]
        seen.append((RESPONSES.get(kind, kind), moment(event) - moment(click)))
    return any(
        kind in settings.responses
        and after is not None
        and -settings.responses[kind][0] <= after <= settings.responses[kind][1]
        for kind, after in seen
    )


def _is_failure(event: Row) -> bool:
    if event["event_type"] == "js_error":
        return event["is_uncaught"] is not False
    status = event["http_status"]
    return bool(
        event["event_type"] == "network"
        and event["is_user_facing"]
        and status is not None
        and (status >= 400 or status == 0)
    )
