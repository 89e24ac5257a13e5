"""The raw fields alone show the intended signals, no more and no fewer."""

from collections import Counter, defaultdict
from datetime import datetime

import pytest

from tests.simulation.worlds import Row, Written


def _ms(row: Row) -> int:
    return round(datetime.fromisoformat(row["ts"]).timestamp() * 1000)


def _events(written: Written) -> dict[str, list[Row]]:
    """Each session's events once, in their order."""
    events: dict[str, dict[str, Row]] = defaultdict(dict)
    for part in ("raw", "later"):
        for row in written.rows(f"{part}/relyv_session_events"):
            events[row["session_id"]][row["event_id"]] = row
    return {
        session_id: sorted(rows.values(), key=lambda row: (_ms(row), row["seq"]))
        for session_id, rows in events.items()
    }


def _clicks(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["event_type"] == "click"]


def _rage_clicks(rows: list[Row]) -> int:
    """Runs of clicks on one target in which any three fit into a second."""
    clicks, episodes, last_seat = _clicks(rows), 0, -1
    for seat in range(len(clicks) - 2):
        three = clicks[seat : seat + 3]
        is_one_target = len({row["target_key"] for row in three}) == 1
        if is_one_target and _ms(three[2]) - _ms(three[0]) <= 1000:
            episodes += seat > last_seat
            last_seat = seat + 2
    return episodes


def _dead_clicks(rows: list[Row]) -> int:
    """Clicks without an answer, and without anything near that could be one."""
    answers = ("page_view", "network", "scroll", "selection", "focus", "visibility")
    moments = [_ms(row) for row in rows if row["event_type"] in answers]
    return sum(
        row["is_interactive"]
        and "first_response_ms" not in row
        and not any(-1000 <= moment - _ms(row) <= 2500 for moment in moments)
        for row in _clicks(rows)
    )


def _errors(rows: list[Row]) -> tuple[int, int]:
    """Uncaught errors soon after a click, and those that came by themselves."""
    clicks = [_ms(row) for row in _clicks(rows)]
    errors = [_ms(row) for row in rows if row["event_type"] == "js_error"]
    after_click = sum(any(0 <= at - click <= 2000 for click in clicks) for at in errors)
    return after_click, len(errors) - after_click


def _page_loops(rows: list[Row]) -> int:
    """Runs of four pages in a tab, and more, that were all open a moment ago."""
    found = 0
    for tab in {row.get("tab_id") for row in rows}:
        last_seen: dict[str, int] = {}
        returns = 0
        for row in rows:
            if row["event_type"] == "page_view" and row.get("tab_id") == tab:
                path, now = row["page_path"], _ms(row)
                is_return = now - last_seen.get(path, -(10**6)) <= 300_000
                returns = returns + 1 if is_return else 0
                found += returns == 4
                last_seen[path] = now
    return found


def _form_error_loops(rows: list[Row]) -> int:
    """Fields that a form refused three times, and no other reason to mention it."""
    refused = Counter(
        row["target_key"] for row in rows if row["event_type"] == "form_error"
    )
    return sum(times >= 3 for times in refused.values())


def _derived(rows: list[Row]) -> dict[str, int]:
    error_clicks, js_errors = _errors(rows)
    network = [row for row in rows if row["event_type"] == "network"]
    counts = {
        "rage_click": _rage_clicks(rows),
        "dead_click": _dead_clicks(rows),
        "error_click": error_clicks,
        "js_error": js_errors,
        "network_error": sum(row["http_status"] >= 500 for row in network),
        "slow_request": sum(row["duration_ms"] > 5000 for row in network),
        "bug_reported": sum(row["event_type"] == "bug_report" for row in rows),
        "page_loop": _page_loops(rows),
        "form_error_loop": _form_error_loops(rows),
    }
    return {signal: count for signal, count in counts.items() if count}


def test_signals_can_be_derived_without_the_vendor(month: Written) -> None:
    """
    A plain reading of the default definitions finds the known truth, in every session.
    """
    events = _events(month)

    for row in month.truth("session"):
        assert _derived(events[row["session_id"]]) == row["signals"]


@pytest.mark.parametrize("signal", ["rage_click", "dead_click", "error_click"])
def test_the_vendor_sees_many_but_not_all(month: Written, signal: str) -> None:
    """
    A vendor's flag is never wrong and often missing.
    """
    intended = {
        row["session_id"]: row["signals"].get(signal, 0)
        for row in month.truth("session")
    }
    flagged = Counter(
        session_id
        for session_id, rows in _events(month).items()
        for row in rows
        if row.get("vendor_signal") == signal
    )

    assert all(count <= intended[session] for session, count in flagged.items())
    assert 0.5 < flagged.total() / sum(intended.values()) < 0.9


def test_most_sessions_are_calm_and_a_few_people_suffer(month: Written) -> None:
    """
    A score has something to rank: calm by far, and people who stand out.
    """
    moods = Counter(row["mood"] for row in month.truth("session"))
    chronic = {row["person_id"] for row in month.truth("person") if row["is_chronic"]}
    frustrated = Counter(
        row["person_id"] for row in month.truth("session") if row["mood"] == "meltdown"
    )

    assert moods["calm"] > 0.7 * moods.total()
    assert 0 < moods["meltdown"] < 0.06 * moods.total()
    assert len(chronic) == 6
    assert sum(frustrated[person] for person in chronic) >= len(chronic)
