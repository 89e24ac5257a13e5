"""However events arrive, and however they are split into builds: one answer."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.dbt_runs import run_dbt
from tests.identity.builds import Outcome, Record
from tests.identity.histories import START, History, Row, write_history
from tests.warehouses import Place

MODELS = (
    "stg_privacy__suppressions",
    "stg_relyv__suppressed_sessions",
    "stg_relyv__suppressed_events",
    "stg_relyv__sessions",
    "stg_relyv__changed_events",
    "stg_relyv__session_events",
    "session_event_counts",
    "session_contents",
)
BUILT = (
    "relyv_staging.stg_relyv__session_events",
    "relyv_staging.stg_relyv__sessions",
    "relyv_sessions.session_contents",
)
SLOW = pytest.mark.slow
CASES = [
    pytest.param("duckdb", 1, 60, 3, id="duckdb"),
    *(
        pytest.param("duckdb", seed, 400, 6, id=f"duckdb-{seed}", marks=SLOW)
        for seed in range(2, 8)
    ),
    *(
        pytest.param(kind, 1, 150, 4, id=kind, marks=SLOW)
        for kind in ("postgres", "snowflake")
    ),
]


@pytest.mark.parametrize(("kind", "seed", "size", "batches"), CASES)
def test_increments_equal_a_full_rebuild(
    place: Place, tmp_path: Path, seed: int, size: int, batches: int
) -> None:
    """
    Row for row: with repeated events, late ones, some from the future that fall due,
    clocks that are off, sessions of many versions, and people deleted on the way.
    """
    chance = random.Random(seed)
    outcome = Outcome(place, tmp_path)
    counts = []
    for number, history in enumerate(_batches(chance, size, batches), start=1):
        with place.open(tmp_path) as warehouse:
            write_history(history, warehouse)
        _run(outcome, number)
        counts.append(len(_rows(outcome, BUILT[0])))

    increments = [_rows(outcome, name) for name in BUILT]
    stamps = outcome.rows(f"select count(distinct _built_at) as n from {BUILT[0]}")
    _run(outcome, batches, "--full-refresh")

    assert increments == [_rows(outcome, name) for name in BUILT]
    assert counts[0] < counts[-1]
    assert stamps[0]["n"] != 1


def _batches(chance: random.Random, size: int, batches: int) -> Iterator[History]:
    """What lands on each day: mostly new, some of it again or in another order."""
    events = [_event(chance, number, size, batches) for number in range(size)]
    events += [_again(chance, event) for event in chance.choices(events, k=size // 5)]
    chance.shuffle(events)
    for number in range(batches):
        history = History()
        landed_at = START + timedelta(days=number, hours=1)
        for event in events[number::batches]:
            late = timedelta(hours=chance.randrange(40))
            row = {**event, "_loaded_at": landed_at - late}
            history.add("relyv_raw.session_events", row)
        session = {"session_id": f"s{number}", "user_id": f"u{number}"}
        history.add("relyv_raw.sessions", {**session, "_loaded_at": landed_at})
        for version in range(size // 8):
            row = _version(chance, batches)
            row["_row_id"] = f"v{number}-{version}"
            row["_loaded_at"] = landed_at - timedelta(hours=chance.randrange(90))
            history.add("relyv_raw.sessions", row)
        if number:
            history.add("relyv_privacy.suppressions", _deletion(number))
        yield history


def _event(chance: random.Random, number: int, size: int, days: int) -> Row:
    kind = chance.choice(("click", "page_view", "identify", "js_error", "network"))
    happened = START + timedelta(minutes=chance.randrange(-2000, days * 1500))
    return {
        "event_id": f"e{number}",
        "session_id": chance.choice([None, *(f"s{n}" for n in range(size // 10))]),
        "event_type": kind,
        "ts": chance.choice((None, happened, happened)),
        "received_at": happened + timedelta(seconds=chance.randrange(-5, 60)),
        "page_url": f"https://x.io/{chance.randrange(5)}",
        "seq": number,
        "http_status": chance.choice((None, 0, 200, 500)),
        "properties": f'{{"user_id": "w{chance.randrange(4)}"}}',
    }


def _again(chance: random.Random, event: Row) -> Row:
    """The same event id once more: as it was, or from another session or time."""
    received = event["received_at"]
    assert isinstance(received, datetime)
    other: list[Row] = [
        {},
        {"session_id": f"s{chance.randrange(6)}"},
        {"received_at": received + timedelta(seconds=chance.choice((-90, 90)))},
    ]
    return {**event, **chance.choice(other)}


def _version(chance: random.Random, days: int) -> Row:
    """A session as it was at some moment, which may lie in the future."""
    happened = START + timedelta(minutes=chance.randrange(-2000, days * 1500))
    return {
        "session_id": f"s{chance.randrange(20)}",
        "user_id": chance.choice((None, "u2", *("v1", "v2") * 8)),
        "started_at": chance.choice((None, happened)),
        "updated_at": chance.choice((None, happened, happened + timedelta(days=1))),
        "row_version": chance.choice((None, 1, 2, 3)),
        "page_view_count": chance.randrange(100),
    }


def _deletion(number: int) -> Row:
    """Now a session's own user, now one who is only named in events."""
    subject = f"u{number - 1}" if number % 2 else f"w{number}"
    return {"subject_type": "user_id", "subject_id": subject}


def _run(outcome: Outcome, day: int, *arguments: str) -> None:
    run_dbt(
        outcome.folder,
        *("run", "--select", *MODELS, *arguments),
        as_of=str(START + timedelta(days=day)),
    )


def _rows(outcome: Outcome, name: str) -> list[str]:
    def plain(row: Record) -> list[tuple[str, object]]:
        return [(key, row[key]) for key in row if key != "_built_at"]

    return sorted(repr(plain(row)) for row in outcome.rows(f"select * from {name}"))
