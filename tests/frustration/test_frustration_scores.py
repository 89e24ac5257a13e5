"""The scores that the SQL gives, against a second opinion in plain Python."""

import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.dbt_runs import run_dbt
from tests.frustration.flagged_sessions import (
    AS_OF,
    Session,
    event_rows,
    random_session,
    session_row,
    twins,
)
from tests.frustration.landed import land
from tests.frustration.plain_scores import (
    capped,
    plain_profile_score,
    plain_score,
    plain_window,
)
from tests.warehouses import Places
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the warehouse says once dbt has run."""

    sessions: dict[str, tuple[Decimal | None, str | None]]
    contributions: dict[str, dict[str, Decimal]]
    profiles: dict[str, Decimal]


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
