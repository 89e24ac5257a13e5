"""The audit of stitches over several builds, a full refresh and a deletion too."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.dbt_runs import run_dbt
from tests.identity.builds import SEEDS, Outcome
from tests.identity.histories import START, History, write_history
from tests.warehouses import Place

STEPS = ("models/staging", "models/identity", "models/sessions")
DAY = 24 * 60

# A default run has it on one kind; the statements are plain.
EVERYWHERE = [
    "duckdb",
    pytest.param("postgres", marks=pytest.mark.slow),
    pytest.param("snowflake", marks=pytest.mark.slow),
]

Move = tuple[str | None, str | None, object, int]


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_every_stitch_is_told_once_and_kept(place: Place, tmp_path: Path) -> None:
    """
    A login moves the session from the device's profile to the user's, an alias to
    another user's, and two users' logins on one device leave it nobody's. A full
    refresh tells nothing anew, and a deletion takes away what named the person.
    """
    outcome = Outcome(place, tmp_path)

    _arrives(outcome, _first_day())
    run_dbt(tmp_path, "seed", "--select", *SEEDS)
    _build(outcome, 1)
    names = _names(outcome)
    _arrives(outcome, _logins())
    _build(outcome, 10)
    names |= _names(outcome)
    _arrives(outcome, _alias())
    _build(outcome, 11)
    names |= _names(outcome)
    _build(outcome, 12, "--full-refresh")
    told = _moves(outcome, names)
    _arrives(outcome, _deletion())
    _build(outcome, 13)

    assert told == {
        "ann-s1": [
            (None, "ann-a1", "ann-s1", 1),
            ("ann-a1", "ann-u1", "ann-login", 10),
            ("ann-u1", "ann-u2", "ann-alias", 11),
        ],
        "bob-s1": [
            (None, "bob-a1", "bob-s1", 1),
            ("bob-a1", "bob-u1", "bob-login", 10),
        ],
        "cid-s1": [(None, "cid-a1", "cid-s1", 1), ("cid-a1", None, None, 10)],
    }
    assert _moves(outcome, names) == told | {"bob-s1": [(None, "bob-a1", "bob-s1", 1)]}


def _first_day() -> History:
    history = History()
    for name in ("ann", "bob", "cid"):
        story = history.story(name)
        story.session("s1", 10, 20, a="a1", _loaded_at=START)
    return history


def _logins() -> History:
    history = History()
    for name in ("ann", "bob"):
        history.story(name).call(a="a1", u="u1", received=9 * DAY, event_id="login")
    for user in ("u1", "u2"):
        history.story("cid").call(a="a1", u=user, received=9 * DAY, event_id=user)
    return history


def _alias() -> History:
    history = History()
    history.story("ann").call(
        "aliases",
        u="u2",
        previous_id="ann-u1",
        received=10 * DAY + 5,
        event_id="alias",
    )
    return history


def _deletion() -> History:
    history = History()
    history.story("bob").suppress("user_id", "u1")
    return history


def _arrives(outcome: Outcome, history: History) -> None:
    with outcome.place.open(outcome.folder) as warehouse:
        write_history(history, warehouse)


def _build(outcome: Outcome, day: int, *arguments: str) -> None:
    run_dbt(
        outcome.folder,
        *("build", "--exclude-resource-type", "seed", "test", "unit_test", *arguments),
        *("--select", *STEPS),
        as_of=str(START + timedelta(days=day)),
    )


def _names(outcome: Outcome) -> dict[object, str]:
    """The canonical values of the profiles of today: readable, unlike their ids."""
    rows = outcome.rows(
        "select profile_id, canonical_value from relyv_identity.profiles"
    )
    return {row["profile_id"]: str(row["canonical_value"]) for row in rows}


def _moves(outcome: Outcome, names: dict[object, str]) -> dict[str, list[Move]]:
    rows = outcome.rows(
        "select * from relyv_sessions.session_stitches order by session_id, stitched_at"
    )
    found: dict[str, list[Move]] = {}
    for row in rows:
        day = row["stitched_at"] - START  # type: ignore[operator]
        move = (
            names.get(row["from_profile_id"]),
            names.get(row["to_profile_id"]),
            row["triggering_event_id"],
            day.days,
        )
        found.setdefault(str(row["session_id"]), []).append(move)
    return found
