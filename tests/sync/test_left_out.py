"""Who is left out of a sync: those who said no, and those who are not there."""

from datetime import datetime

import pytest

from sync.diff.billing import month_start
from sync.errors import ConfigError, DeliveryStopped
from tests.sync.world import World, fault, rows


def people(*values: tuple[str, str, int, bool | None]) -> str:
    """Rows with an answer to whether they may be told of."""
    answered = [
        (*row[:3], {True: "y", False: "n", None: None}[row[3]]) for row in values
    ]
    return (
        "select id, user_id, score, (url = 'y') as agrees "
        f"from ({rows(*answered)}) as people"
    )


@pytest.mark.parametrize("answer", [False, None])
def test_without_consent_there_is_no_call_not_even_a_clear(
    world: World, answer: bool | None
) -> None:
    """
    The image goes; consent that is given again is a full add.
    """
    settings = {"consent": "agrees"}
    world.model(people(("a", "u1", 1, True), ("b", "u2", 2, answer)))
    world.run(world.identify(**settings))
    world.model(people(("a", "u1", 5, answer), ("b", "u2", 2, answer)))

    withdrawn = world.run(world.identify(**settings))

    assert withdrawn.counts.total == 0
    assert [m["traits"] for m in world.messages()] == [{"score": 1}]
    assert world.sql("select count(*) from t_ledger.people__sent") == [(0,)]
    world.model(people(("a", "u1", 5, True), ("b", "u2", 2, answer)))
    assert world.run(world.identify(**settings)).counts.added == 1


def test_who_says_no_under_another_key_is_not_cleared_under_the_old_one(
    world: World,
) -> None:
    """
    The old key's row is gone, and its person is one who said no.
    """
    world.model(people(("a", "u1", 1, True), ("b", "u2", 2, True)))
    world.run(world.identify(consent="agrees"))
    world.model(people(("z", "u1", 1, False), ("b", "u2", 2, True)))

    report = world.run(world.identify(consent="agrees"))

    assert report.counts.total == 0


def test_who_says_no_after_the_freeze_is_not_sent(world: World) -> None:
    """
    A plan that is resumed asks the model again, by key and by id.
    """
    world.model(
        people(("a", "u1", 1, True), ("b", "u2", 2, True), ("c", "u3", 3, True))
    )
    world.sandbox.faults([fault(401)])
    with pytest.raises(DeliveryStopped):
        world.run(world.identify(consent="agrees"))
    world.model(
        people(("a", "u1", 1, False), ("z", "u2", 2, None), ("c", "u3", 3, True))
    )

    world.run(world.identify(consent="agrees"))

    assert [m["userId"] for m in world.messages()] == ["u3"]
    assert world.sql("select _user_id from t_ledger.people__sent") == [("u3",)]


def test_an_event_is_not_told_twice_when_consent_comes_back(world: World) -> None:
    """
    What was told stays told, although its values are forgotten.
    """
    track = {"call": "track", "added": {"event": "E"}, "consent": "agrees"}
    world.model(people(("e1", "u1", 1, True), ("e2", "u1", 2, True)))
    world.run(world.sync(**track))
    world.model(people(("e1", "u1", 1, False), ("e2", "u1", 2, True)))
    world.run(world.sync(**track))
    kept = world.sql("select _key_1, score from t_ledger.people__sent order by 1")
    world.model(people(("e1", "u1", 1, True), ("e2", "u1", 2, True)))

    report = world.run(world.sync(**track))

    assert kept == [("e1", None), ("e2", 2)]
    assert report.counts.total == 0


def test_a_consent_column_that_is_no_boolean_is_an_error(world: World) -> None:
    """
    The text 'no' would count as whatever the warehouse makes of it.
    """
    world.model(rows(("a", "u1", 1, "no")))

    with pytest.raises(ConfigError, match="`consent` names the column 'url'"):
        world.identify(consent="url")


def test_who_does_nothing_this_month_waits(world: World) -> None:
    """
    A call about them would be the one thing that makes them a tracked user.
    """
    settings = {"dormant": "hold", "last_activity": "seen"}

    def seen(score: int, when: str) -> str:
        literal = rows(("a", "u1", score, "x"), ("b", "u2", score, "y"))
        return (
            "select people.*, cast(case when id = 'a' then now() "
            f"else {when} end as timestamp) as seen from ({literal}) as people"
        )

    world.model(seen(1, "null"))
    first = world.run(world.identify(**settings))
    world.model(seen(2, "now() - interval '40 days'"))
    second = world.run(world.identify(**settings))
    held = world.preview(world.identify(**settings)).held
    world.model(seen(3, "now()"))
    awake = world.run(world.identify(**settings))

    assert [r.counts.total for r in (first, second, awake)] == [1, 1, 2]
    assert held == 1
    assert world.traits()["u2"] == {"score": 3, "url": "y"}


@pytest.mark.parametrize(
    ("day", "now", "began"),
    [
        (1, datetime(2026, 3, 1), datetime(2026, 3, 1)),  # noqa: DTZ001
        (1, datetime(2026, 3, 31, 23), datetime(2026, 3, 1)),  # noqa: DTZ001
        (15, datetime(2026, 3, 14), datetime(2026, 2, 15)),  # noqa: DTZ001
        (15, datetime(2026, 3, 15), datetime(2026, 3, 15)),  # noqa: DTZ001
        (28, datetime(2026, 1, 3), datetime(2025, 12, 28)),  # noqa: DTZ001
    ],
)
def test_a_month_begins_on_the_day_of_the_contract(
    monkeypatch: pytest.MonkeyPatch, day: int, now: datetime, began: datetime
) -> None:
    """
    Segment's billing month begins when the plan did.
    """
    monkeypatch.setenv("RELYV_SEGMENT_BILLING_DAY", str(day))

    assert month_start(now) == began


def test_jitter_costs_no_call_and_extremes_do_not_break_it(world: World) -> None:
    """
    A hundred small moves around the confirmed value; the largest whole number there is.
    """
    settings = {"significant": {"score": 5}}
    world.model(rows(("a", "u1", 100, "x"), ("b", "u2", -(2**53) + 1, "y")))
    world.run(world.identify(**settings))
    for move in (4, -4, 3, -3):
        world.model(rows(("a", "u1", 100 + move, "x"), ("b", "u2", -(2**53) + 1, "y")))
        assert world.run(world.identify(**settings)).counts.total == 0
    world.model(rows(("a", "u1", None, "x"), ("b", "u2", 2**62, "y")))

    report = world.run(world.identify(**settings))

    assert (report.counts.changed, report.rejected) == (1, 1)
    assert world.traits()["u1"] == {"url": "x"}
