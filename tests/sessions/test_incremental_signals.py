"""From sessions to events: whatever is built a session at a time equals a rebuild."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.dbt_runs import run_dbt
from tests.identity.builds import Outcome
from tests.identity.histories import START, History, write_history
from tests.sessions.busy_days import Arrival, busy_days
from tests.warehouses import Place

SOME = "+session_scores"
ALL = "+path:models/traits +path:models/events"
SLOW = pytest.mark.slow
CASES = [
    pytest.param("duckdb", 1, 40, 3, SOME, id="duckdb"),
    *(
        pytest.param("duckdb", seed, 150, 6, ALL, id=f"duckdb-{seed}", marks=SLOW)
        for seed in range(2, 6)
    ),
    *(
        pytest.param(kind, 1, 40, 5, ALL, id=kind, marks=SLOW)
        for kind in ("postgres", "snowflake")
    ),
]
# What tells of builds, and not of the world.
OF_BUILDS = {"_built_at", "build_number", "made_of"}
ABOUT_BUILDS = {"stg_relyv__changed_events"}
UNBUILT = {"relyv_raw", "relyv_privacy", "relyv_seeds", "relyv_builds"}
# A build of it gives numbers of its own: tests/identity/test_increments.py.
WHO_IS_WHO = "relyv_identity"
# A run that was killed built some of them, and so does a person who selects a few.
LEFT_OUT = (
    *("session_changes", "judged_clicks", "page_visits", "derived_signals"),
    *("session_signals", "session_exclusions", "window_signals", "worst_windows"),
    *("frustration_contributions", "session_scores", "rage_clicks"),
)
EDITS = """
update relyv_seeds.signal_definitions set rage_clicks = 4
where definition = 'relyv_default';
update relyv_seeds.frustration_definitions set threshold_value = 6000
where threshold = 'slow_request_ms'
"""


@pytest.mark.parametrize(("kind", "seed", "sessions", "batches", "models"), CASES)
def test_sessions_that_changed_are_all_that_must_be_built(
    place: Place,
    tmp_path: Path,
    seed: int,
    sessions: int,
    batches: int,
    models: str,
) -> None:
    """
    Row for row: events late and twice, sessions that end or find their owner later,
    turn out a bot's or lose their consent, one that its person had deleted, thresholds
    or rules that were changed on the way, and builds that left some models out.
    """
    chance = random.Random(seed)
    outcome = Outcome(place, tmp_path)
    landed = _landed(chance, busy_days(chance, sessions, batches), batches)
    # One moment for all: only what has landed differs.
    moment = START + timedelta(days=batches + 1)
    for number, history in enumerate(landed):
        with place.open(tmp_path) as warehouse:
            write_history(history, warehouse)
        if number == 0:
            run_dbt(tmp_path, "seed")
        if number == 1:
            _edit(outcome)
        last = number == batches - 1
        left_out = chance.sample(LEFT_OUT, 0 if last or not number else 5)
        rules = "posthog" if number == 1 and batches > 3 else "relyv_default"
        exclusion = ["--exclude", *left_out] if left_out else []
        _run(outcome, moment, models, *exclusion, rules=rules)

    increments = _everything(outcome)
    touched = outcome.rows(
        "select count(distinct build_number) as n"
        " from relyv_frustration.session_changes"
    )
    _run(outcome, moment, models, "--full-refresh")
    rebuilt = _everything(outcome)

    assert increments.keys() == rebuilt.keys()
    assert "session_scores" in rebuilt
    for name, rows in rebuilt.items():
        assert increments[name] == rows, name
    assert touched[0]["n"] > 1
    signals = outcome.rows(
        "select distinct signal_name from relyv_frustration.session_signals"
    )
    assert len(signals) > 4
    reasons = outcome.rows(
        "select distinct score_excluded_reason from relyv_frustration.session_scores"
    )
    assert len(reasons) > 2


def _landed(
    chance: random.Random, arrivals: list[Arrival], batches: int
) -> list[History]:
    """A session in one batch, but for a tenth of its rows; a deletion in the second."""
    histories = [History() for _ in range(batches)]
    again = chance.choices(arrivals, k=len(arrivals) // 6)
    homes: dict[object, int] = {}
    for table, row in chance.sample([*arrivals, *again], len(arrivals) + len(again)):
        home = homes.setdefault(row.get("session_id"), chance.randrange(batches))
        number = chance.choices((home, chance.randrange(batches)), (9, 1))[0]
        late = timedelta(hours=chance.randrange(40))
        stamp = START + timedelta(days=number, hours=1) - late
        landed = {} if table.startswith("segment.") else {"_loaded_at": stamp}
        histories[number].add(table, {**row, **landed})
    histories[1].add(
        "relyv_privacy.suppressions", {"subject_type": "user_id", "subject_id": "u1"}
    )
    return histories


def _edit(outcome: Outcome) -> None:
    with (
        outcome.place.open(outcome.folder) as warehouse,
        warehouse.engine.begin() as connection,
    ):
        for statement in EDITS.split(";"):
            connection.exec_driver_sql(statement)


def _run(
    outcome: Outcome,
    moment: datetime,
    models: str,
    *arguments: str,
    rules: str = "relyv_default",
) -> None:
    run_dbt(
        outcome.folder,
        *("run", "--select", *models.split(), *arguments),
        as_of=str(moment),
        signal_definition=rules,
    )


def _everything(outcome: Outcome) -> dict[str, list[str]]:
    names = outcome.rows(
        "select lower(table_schema) as s, lower(table_name) as n"
        " from information_schema.tables"
        " where lower(table_schema) like 'relyv!_%' escape '!'"
    )
    return {
        str(row["n"]): _rows(outcome, f"{row['s']}.{row['n']}")
        for row in names
        if row["s"] not in {*UNBUILT, WHO_IS_WHO} and row["n"] not in ABOUT_BUILDS
    }


def _rows(outcome: Outcome, name: str) -> list[str]:
    return sorted(
        repr([(key, value) for key, value in row.items() if key not in OF_BUILDS])
        for row in outcome.rows(f"select * from {name}")
    )
