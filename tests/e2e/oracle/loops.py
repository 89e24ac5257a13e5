"""To and fro: pages, forms and pointers that somebody does not get away from.

They are looked at tab by tab, in the order of the page's own clock.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.e2e.oracle.clicks import moment, tabs
from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.settings import Settings


def quick_backs(events: list[Row], settings: Settings) -> Iterator[Row]:
    """Visits that somebody soon gave up, for the page that they came from."""
    for tab in tabs(events):
        visits = _visits(tab, settings)
        for number in range(1, len(visits) - 1):
            before, visit, after = visits[number - 1 : number + 2]
            earlier = visits[number - 2] if number > 1 else None
            if (
                _page(before) == _page(after)
                and moment(after) - moment(visit)
                <= settings.thresholds["quick_back_ms"]
                and (earlier is None or _page(earlier) != _page(visit))
            ):
                yield visit


def page_loops(events: list[Row], settings: Settings) -> Iterator[list[Row]]:
    """Page after page that was seen a moment ago."""
    for tab in tabs(events):
        last_seen: dict[str, int] = {}
        returns: list[Row] = []
        for visit in _visits(tab, settings):
            page, now = _page(visit), moment(visit)
            seen = last_seen.get(page)
            if seen is None or now - seen > settings.thresholds["page_loop_ms"]:
                yield from _enough(returns, settings)
                returns = []
            else:
                returns.append(visit)
            last_seen[page] = now
        yield from _enough(returns, settings)


def form_error_loops(events: list[Row], settings: Settings) -> Iterator[list[Row]]:
    """A form that refuses a field again and again, and others with it."""
    pause = int(settings.thresholds["form_error_pause_ms"])
    for tab in tabs(events):
        forms: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for event in tab:
            if event["event_type"] == "form_error":
                field = event["target_key"] or event["selector"]
                field = field or event["target_label"] or ""
                forms[_page(event) or ""][field].append(event)
        for fields in forms.values():
            stuck = {
                event["event_id"]
                for errors in fields.values()
                for chain in _chains(errors, pause)
                if _refusals(chain, settings) >= settings.thresholds["form_error_times"]
                for event in chain
            }
            yield from _chains([e for e in tab if e["event_id"] in stuck], pause)


def thrashed_cursors(events: list[Row], settings: Settings) -> Iterator[list[Row]]:
    """A pointer that turns again and again, by its places or the recorder's count."""
    few, within = (int(settings.thresholds[f"thrash_{n}"]) for n in ("turns", "ms"))
    for tab in tabs(events):
        moves = [event for event in tab if event["event_type"] == "mouse_path"]
        turns = [
            moves[number]
            for number in range(2, len(moves))
            if any(
                _turns(moves[number - 2 : number + 1], axis, settings) for axis in "xy"
            )
        ]
        thrashing = {
            last["event_id"]
            for first, last in zip(turns, turns[few - 1 :], strict=False)
            if moment(last) - moment(first) <= within
        } | {move["event_id"] for move in moves if _is_told(move, few, within)}
        yield from _chains([m for m in moves if m["event_id"] in thrashing], within)


LOOPS: dict[str, Callable[[list[Row], Settings], Iterator[list[Row]]]] = {
    "page_loop": page_loops,
    "form_error_loop": form_error_loops,
    "thrashed_cursor": thrashed_cursors,
}


def _visits(tab: list[Row], settings: Settings) -> list[Row]:
    views = [
        event for event in tab if event["event_type"] == "page_view" and _page(event)
    ]
    chosen = [
        view
        for view, following in pairwise([*views, None])
        if following is None
        or moment(following) - moment(view) >= settings.thresholds["redirect_ms"]
    ]
    return [
        view
        for last, view in pairwise([None, *chosen])
        if last is None or _page(last) != _page(view)
    ]


def _page(event: Row) -> str:
    return event["page_path"] or (event["page_url"] or "").partition("?")[0]


def _enough(returns: list[Row], settings: Settings) -> Iterator[list[Row]]:
    if len(returns) >= settings.thresholds["page_loop_returns"]:
        yield returns


def _chains(events: list[Row], pause: int) -> Iterator[list[Row]]:
    """Events with no longer pause between them."""
    chain: list[Row] = []
    for event in events:
        if chain and moment(event) - moment(chain[-1]) > pause:
            yield chain
            chain = []
        chain.append(event)
    if chain:
        yield chain


def _refusals(chain: list[Row], settings: Settings) -> int:
    apart = settings.thresholds["form_error_apart_ms"]
    return 1 + sum(moment(b) - moment(a) >= apart for a, b in pairwise(chain))


def _turns(moves: list[Row], axis: str, settings: Settings) -> bool:
    places = [move[axis] for move in moves]
    if None in places:
        return False
    there, back = places[1] - places[0], places[2] - places[1]
    least = settings.thresholds["thrash_px"]
    return bool(there * back < 0 and min(abs(there), abs(back)) >= least)


def _is_told(move: Row, few: int, within: int) -> bool:
    count = json.loads(move["properties"] or "{}").get("direction_changes")
    lasted = move["duration_ms"]
    return (
        isinstance(count, int)
        and lasted is not None
        and count >= few
        and count * within >= lasted * few
    )
