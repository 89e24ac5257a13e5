"""
Signals and scores of raw sessions at random: what must hold, whatever happened.

All sessions are built side by side, each with twins in which something changed that
must not matter, or must not lower the score. The second opinion is the oracle's.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_runs import PROJECT, run_dbt
from tests.e2e.oracle.settings import Settings, read_settings
from tests.e2e.oracle.signals import score, signals
from tests.frustration.landed import EVENT_COLUMNS, land
from tests.frustration.raw_sessions import (
    RawSession,
    one_more,
    random_session,
    repeated,
)
from tests.identity.histories import History, write_history
from tests.warehouses import Place, Places

AS_OF = datetime.fromisoformat("2026-04-01 12:00:00")
LANDED_AT = AS_OF - timedelta(hours=1)
MODELS = (
    *("stg_privacy__suppressions", "stg_relyv__suppressed_sessions"),
    *("stg_relyv__suppressed_events", "stg_relyv__changed_events"),
    *("stg_relyv__session_events", "session_events"),
    *("session_event_counts", "session_contents"),
    "path:models/frustration",
)


BySession = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The tables of the step, by session; and each profile's score."""

    signals: BySession
    contributions: BySession
    scores: BySession
    profiles: Mapping[str, Decimal]

    def score(self, session: RawSession, twin: str = "") -> Decimal | None:
        (row,) = self.scores[session.session_id + twin]
        found: Decimal | None = row["frustration_score"]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    place: Place
    folder: Path
    originals: list[RawSession]
    answers: Answers


def twins(chance: random.Random, session: RawSession) -> Iterator[RawSession]:
    def twin(name: str, of: RawSession = session, **changes: Any) -> RawSession:
        changes = {"profile_id": None, **changes}
        return replace(of, session_id=session.session_id + name, **changes)

    yield twin("-told-thrice", copies=3)
    moved = session.started_at - timedelta(days=200, milliseconds=chance.randrange(999))
    yield twin("-moved", started_at=moved)
    yield twin("-one-more", one_more(chance, session))
    yield twin("-bot", fields={"is_bot": True}, profile_id=f"{session.session_id}-calm")
    today = AS_OF - timedelta(hours=11)
    fresh = twin("-fresh", started_at=today, profile_id=f"{session.session_id}-fresh")
    yield fresh
    old = {"started_at": today - timedelta(days=14)}
    yield twin("-faded", fresh, profile_id=f"{session.session_id}-faded", **old)
    for number in range(3):
        calm = f"{session.session_id}-calm"
        yield twin(f"-calm{number}", fresh, events=(), profile_id=calm)
    yield twin("-uneasy", fresh, profile_id=calm)
    for group in {int(session.session_id[1:]) // 3}:
        yield twin("-merged", fresh, profile_id=f"merged{group}")
    if len(session.events) < 60:
        yield twin("-twenty-times", repeated(chance, session, 20))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(45, id="some"),
        pytest.param(500, id="many", marks=pytest.mark.slow),
    ],
)
def built(
    request: pytest.FixtureRequest,
    kind: str,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    chance = random.Random(request.param)
    originals = [random_session(chance, n, AS_OF) for n in range(request.param)]
    everyone = [*originals, *(each for one in originals for each in twins(chance, one))]
    folder = tmp_path_factory.mktemp("raw")
    with places.new(kind) as place:
        land_all(chance, place, folder, everyone)
        run_dbt(folder, "seed")
        run_dbt(folder, "run", "--select", *MODELS, as_of=str(AS_OF))
        answers = read(place, folder)
        # Who clicked like clockwork is a bot, by chance.
        scored = [one for one in originals if answers.score(one) is not None]
        assert len(scored) > 0.9 * len(originals)
        yield Built(place=place, folder=folder, originals=scored, answers=answers)


def land_all(
    chance: random.Random, place: Place, folder: Path, sessions: list[RawSession]
) -> None:
    """Raw events, in any order; and the sessions' step as it leaves them."""
    rows = [row for session in sessions for row in session.event_rows()]
    chance.shuffle(rows)
    with place.open(folder) as warehouse:
        write_history(history(rows, LANDED_AT), warehouse)
        land(warehouse, sessions=[session.row for session in sessions])


def history(rows: list[dict[str, object]], landed_at: datetime) -> History:
    told = History()
    for row in rows:
        stamps = {"received_at": row["ts"], "_loaded_at": landed_at}
        told.add("relyv_raw.session_events", {**row, **stamps})
    return told


def read(place: Place, folder: Path) -> Answers:
    def by_session(name: str) -> BySession:
        found = defaultdict(list)
        for row in rows(f"select * from relyv_frustration.{name}"):
            found[row["session_id"]].append(row)
        return found

    with place.open(folder) as warehouse, warehouse.engine.connect() as connection:

        def rows(statement: str) -> list[Mapping[str, Any]]:
            found = connection.exec_driver_sql(statement).mappings()
            return sorted((dict(row) for row in found), key=repr)

        return Answers(
            signals=by_session("session_signals"),
            contributions=by_session("frustration_contributions"),
            scores=by_session("session_scores"),
            profiles={
                row["profile_id"]: row["frustration_score"]
                for row in rows("select * from relyv_frustration.profile_scores")
            },
        )


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(PROJECT / "seeds")


def oracle_rows(session: RawSession) -> list[dict[str, Any]]:
    """Its events as the oracle takes them: once each, null where nothing is said."""
    nothing = dict.fromkeys(EVENT_COLUMNS.names)
    ended_at = session.row["ended_at"]
    rows = {str(row["event_id"]): row for row in session.event_rows()}
    return [{**nothing, **row, "session_ended_at": ended_at} for row in rows.values()]


def test_sql_finds_the_signals_that_plain_loops_find(built, settings):
    """
    Each of them, when it began and what it is worth; and the score that they make.
    """
    kinds = Counter()
    for session in built.originals:
        events = oracle_rows(session)
        expected = Counter(
            (each.name, each.at, each.points) for each in signals(events, settings)
        )
        found = built.answers.signals[session.session_id]

        assert expected == Counter(
            (row["signal_name"], row["occurred_at"], row["points"]) for row in found
        )
        assert built.answers.score(session) == score(events, settings).points
        kinds.update(row["signal_name"] for row in found)
    assert {*settings.weights} == {*kinds}


def test_every_signal_names_its_definition_and_its_evidence(built, settings):
    """
    The events that show it are events of its session.
    """
    sources = Counter()
    for session_id, rows in built.answers.signals.items():
        for row in rows:
            evidence = row["evidence_event_ids"].split(",")
            assert row["definition_version"] == settings.definition_version
            assert row["evidence_event_id"] == evidence[0]
            assert {name.rpartition("/")[0] for name in evidence} == {session_id}
            sources[row["signal_source"]] += 1
    assert {*sources} == {"derived", "vendor", "both"}


def test_a_score_is_the_sum_of_its_contributions(built):
    """
    Between 0 and 100, to the last digit; 0 exactly when there is no signal.
    """
    for session_id, (row,) in built.answers.scores.items():
        total = row["frustration_score"]
        parts = [
            each["contribution"] for each in built.answers.contributions[session_id]
        ]
        assert sum(parts) == (total or 0)
        if total is not None:
            assert 0 <= total <= 100
            assert all(part > 0 for part in parts)
            assert (total == 0) == (not built.answers.signals[session_id])


@pytest.mark.parametrize("change", ["-told-thrice", "-moved", "-twenty-times"])
def test_what_must_not_matter_to_a_score_does_not(built, change):
    """
    Order and duplicates, the date, and a bad time that comes back twenty times.
    """
    compared = 0
    for session in built.originals:
        if session.session_id + change in built.answers.scores:
            again = built.answers.score(session, change)
            # The same gaps between clicks twenty times over are a machine's.
            if change != "-twenty-times" or again is not None:
                assert again == built.answers.score(session)
                compared += bool(again)
    assert compared > len(built.originals) / 4


def test_one_more_signal_never_lowers_a_score(built):
    """
    It raises some.
    """
    rises = [
        built.answers.score(session, "-one-more") - built.answers.score(session)
        for session in built.originals
    ]

    assert min(rises) == 0
    assert max(rises) > 0


def test_a_bot_has_no_score_and_no_part_in_its_profiles(built):
    """
    Nor have clean sessions: with three of them and a bot one bad session scores alone.
    """
    for session in built.originals:
        name = session.session_id
        assert built.answers.score(session, "-bot") is None
        assert not built.answers.contributions[f"{name}-bot"]
        calm, alone = (built.answers.profiles[f"{name}-{n}"] for n in ("calm", "fresh"))
        assert calm == alone


def test_a_score_halves_in_two_weeks(built):
    """
    To the decimal that is kept.
    """
    for session in built.originals:
        fresh, faded = (
            built.answers.profiles[f"{session.session_id}-{n}"]
            for n in ("fresh", "faded")
        )
        assert abs(fresh / 2 - faded) <= Decimal("0.1")
    assert max(built.answers.profiles.values()) > 40


def test_a_merged_profile_scores_no_less_than_its_parts(built):
    """
    Who was two people was not calmer for it.
    """
    for session in built.originals:
        group = int(session.session_id[1:]) // 3
        alone = built.answers.profiles[f"{session.session_id}-fresh"]
        assert built.answers.profiles[f"merged{group}"] >= alone


def test_a_late_signal_scores_its_session_anew_and_no_other(built):
    """
    Row for row; the session that it belongs to has the report of a bug more.
    """
    before = built.answers
    session = min(built.originals, key=lambda each: before.score(each) or 0)
    name = f"{session.session_id}-fresh"
    late = {
        "event_id": "late",
        "session_id": name,
        "event_type": "bug_report",
        "tab_id": "elsewhere",
        "ts": AS_OF - timedelta(hours=11),
        "client_ts_ms": 0,
    }
    with built.place.open(built.folder) as warehouse:
        write_history(history([late], AS_OF), warehouse)
    run_dbt(built.folder, "run", "--select", *MODELS, as_of=str(AS_OF))

    after = read(built.place, built.folder)
    assert after.score(session, "-fresh") > before.score(session, "-fresh")
    for table in ("signals", "contributions", "scores"):
        was, now = getattr(before, table), getattr(after, table)
        assert {key for key in was | now if was.get(key, []) != now.get(key, [])} == {
            name
        }
