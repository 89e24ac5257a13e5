"""A plan that must not be finished: closed early, and nobody is left half told."""

from typing import Any

import pytest

from sync import Again
from sync.errors import ConfigError, DeliveryUnsure
from sync.look.explain import explain_row
from sync.plan.checks import Counts
from tests.sync.histories import run_until_death
from tests.sync.world import FAST, World, fault, leave_unfinished, many, rows

LOOSE = {"removed_percent": 100}
BEFORE = rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y"))
AFTER = rows(("a", "u1", 5, "x"), ("c", "u3", 3, "z"))


def known(world: World) -> dict[str, dict[str, Any]]:
    """What the receiver knows of whom it knows anything."""
    return {user: said for user, said in world.traits().items() if said}


def test_a_setting_that_forbids_more_closes_the_plan(world: World) -> None:
    """
    Not one more message of it leaves, and the report says because of what.
    """
    world.model(BEFORE)
    leave_unfinished(world, world.identify(), stored=False)
    seen = world.preview(world.identify(fields=["score"]))

    report = world.run(world.identify(fields=["score"]))

    assert (seen.unfinished, seen.closed_by) == (1, ["fields"])
    assert (report.closed_plan, report.resumed_plan) == (1, None)
    assert (report.closed_by, report.counts) == (("fields",), Counts(added=2))
    assert known(world) == {"u1": {"score": 1}, "u2": {"score": 2}}
    state = world.sql("select state from t_ledger.sync_plans order by plan")
    assert state == [("cut short",), ("closed",)]


def test_a_setting_that_allows_more_waits_for_the_plans_end(world: World) -> None:
    """
    The plan is finished as it was frozen, so its retries are the same messages.
    """
    world.model(BEFORE)
    leave_unfinished(world, world.identify(fields=["score"]), stored=True)

    report = world.run(world.identify())

    assert (report.closed_plan, report.resumed_plan) == (None, 1)
    assert report.counts == Counts(added=2, changed=2)
    summary = world.sandbox.summary()
    assert summary["deduplicated"] == 2 * 2


@pytest.mark.parametrize("stored", [True, False])
def test_whatever_segment_got_of_a_closed_plan_it_ends_with_the_model(
    world: World, stored: bool
) -> None:
    """
    Whoever changed goes back, whoever came has left again, whoever left is back: to the
    ledger that is no news, and to Segment it may be.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=stored)
    world.model(BEFORE)

    report = world.run(world.identify(active=False))

    assert (report.closed_plan, report.in_doubt) == (2, 3)
    assert known(world) == {
        "u1": {"score": 1, "url": "x"},
        "u2": {"score": 2, "url": "y"},
    }
    assert world.run(world.identify(active=False)).counts == Counts()


@pytest.mark.parametrize("stored", [True, False])
def test_an_id_that_moved_in_doubt_and_back_is_cleared(
    world: World, stored: bool
) -> None:
    """
    The id that the row had for a moment is in no ledger and no model.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(rows(("a", "u9", 1, "x")))
    leave_unfinished(world, world.identify(), stored=stored)
    world.model(rows(("a", "u1", 1, "x")))

    world.run(world.identify(active=False))

    assert known(world) == {"u1": {"score": 1, "url": "x"}}
    assert world.run(world.identify(active=False)).counts == Counts()


def test_a_field_that_may_no_longer_leave_is_cleared_where_it_is_in_doubt(
    world: World,
) -> None:
    """
    The confirmed rows lose the column, and those in doubt follow.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=True)

    world.run(world.identify(fields=["score"]))

    assert known(world) == {"u1": {"score": 5}, "u3": {"score": 3}}


@pytest.mark.parametrize("stored", [True, False])
def test_nobody_stays_in_an_audience_in_doubt(world: World, stored: bool) -> None:
    """
    Each is told of once more: who is in enters, who is not leaves.
    """
    everybody = {"call": "audience", "guard": LOOSE}
    world.model(BEFORE)
    world.run(world.sync(**everybody))
    world.model(AFTER)
    leave_unfinished(world, world.sync(**everybody), stored=stored)
    world.model(BEFORE)

    world.run(world.sync(**everybody, active=False))

    last = {m["userId"]: m["event"] for m in world.messages()}
    assert last == {
        "u1": "Segment Entered",
        "u2": "Segment Entered",
        "u3": "Segment Exited",
    }
    assert world.run(world.sync(**everybody, active=False)).counts == Counts()


@pytest.mark.parametrize("stored", [True, False])
def test_events_in_doubt_are_told_again(world: World, stored: bool) -> None:
    """
    What was added is withdrawn, what was withdrawn is added, what changed is told.
    """
    events = {
        "call": "track",
        "added": {"event": "Made"},
        "changed": {"event": "Altered"},
        "removed": {"event": "Gone"},
        "guard": LOOSE,
    }
    world.model(BEFORE)
    world.run(world.sync(**events))
    world.model(AFTER)
    leave_unfinished(world, world.sync(**events), stored=stored)
    before = len(world.messages())
    world.model(BEFORE)

    world.run(world.sync(**events, active=False))

    told = {m["userId"]: m["event"] for m in world.messages()[before:]}
    assert told == {"u1": "Altered", "u2": "Made", "u3": "Gone"}
    assert world.run(world.sync(**events, active=False)).counts == Counts()


def test_an_event_that_is_told_once_keeps_its_id(world: World) -> None:
    """
    A plan of such events can be closed and planned again: Segment recognises them.
    """
    once = {"call": "track", "added": {"event": "Made"}}
    world.model(BEFORE)
    leave_unfinished(world, world.sync(**once), stored=True)

    report = world.run(world.sync(**once, active=False))

    assert (report.closed_plan, report.counts) == (1, Counts(added=2))
    assert len(world.messages()) == 2


def test_an_event_that_was_unnamed_is_told_no_more(world: World) -> None:
    """
    The event is taken out of the exposure while its plan is under way.
    """
    named = {
        "call": "track",
        "added": {"event": "Made"},
        "guard": LOOSE,
    }
    world.model(BEFORE)
    world.run(world.sync(**named, removed={"event": "Gone"}))
    world.model(AFTER)
    leave_unfinished(
        world, world.sync(**named, removed={"event": "Gone"}), stored=False
    )

    report = world.run(world.sync(**named))

    assert report.closed_by == ("removed",)
    assert [m["event"] for m in world.messages()] == ["Made", "Made", "Made"]


def test_a_target_that_was_taken_out_closes_the_plan(world: World) -> None:
    """
    Nothing leaves. Who opts in again later is told what is true by then.
    """
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=True)

    with pytest.raises(ConfigError, match="unfinished plan 1 was closed"):
        world.run(world.identify(targets=[]))
    requests = world.sandbox.summary()["requests"]
    world.model(BEFORE)
    report = world.run(world.identify())

    assert report.resumed_plan is None
    assert world.sandbox.summary()["requests"] > requests
    assert known(world) == {
        "u1": {"score": 1, "url": "x"},
        "u2": {"score": 2, "url": "y"},
    }


def test_a_resync_does_not_wait_for_a_plan(world: World) -> None:
    """
    It sends all of it again anyway, and clears who came and went in doubt.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=True)
    world.model(BEFORE)

    report = world.run(world.identify(), again=Again())

    assert report.closed_by == ("resync",)
    assert report.counts == Counts(added=2, removed=1)
    assert known(world) == {
        "u1": {"score": 1, "url": "x"},
        "u2": {"score": 2, "url": "y"},
    }


def test_what_was_settled_before_a_plan_is_closed_stays_settled(world: World) -> None:
    """
    Of 5,000 rows the first batch was accepted: it is confirmed, and not told again.
    """
    world.model(many(5_000))
    world.sandbox.faults([fault(503, after=1, times=1_000)])
    # One after the other: else the first that is accepted need not be the first batch.
    in_order = FAST.model_copy(update={"connections": 1})
    with pytest.raises(DeliveryUnsure):
        world.run(world.identify(), delivery=in_order)
    world.sandbox.clear_faults()
    settled = len(world.messages())

    report = world.run(world.identify(active=False))

    assert 0 < settled < 5_000
    assert report.in_doubt == 5_000 - settled
    assert report.counts == Counts(added=5_000 - settled)
    assert len(world.traits()) == 5_000


def test_somebody_in_doubt_who_is_suppressed_is_never_told_of(world: World) -> None:
    """
    Not even cleared, and nothing of them is kept.
    """
    world.model(BEFORE)
    leave_unfinished(world, world.identify(), stored=False)
    with pytest.raises(ConfigError):
        world.run(world.identify(targets=[]))
    world.suppress("u1")
    world.model(rows(("b", "u2", 2, "y")))

    world.run(world.identify())

    assert [m["userId"] for m in world.messages()] == ["u2"]
    assert world.sql("select * from t_ledger.people__doubt") == []


def test_a_plan_shows_what_is_in_doubt(world: World) -> None:
    """
    Counted as a run would send it; and why a row that did not change would be sent.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=True)
    with pytest.raises(ConfigError):
        world.run(world.identify(targets=[]))
    world.model(BEFORE)

    seen = world.preview(world.identify())
    with world.warehouse() as warehouse:
        told = explain_row(warehouse, world.identify(), ["a"])

    assert seen.counts == Counts(added=2, removed=1)
    assert "closed early" in told.verdict
    assert world.run(world.identify()).counts == seen.counts


@pytest.mark.parametrize(
    "dies_at",
    [
        # At each statement or commit; a few of them in the fast run.
        pytest.param(number, marks=[] if number % 12 == 0 else [pytest.mark.slow])
        for number in range(1, 60)
    ],
)
def test_a_run_may_die_anywhere_while_it_closes_a_plan(
    world: World, dies_at: int
) -> None:
    """
    The next one closes it or finds it closed, and Segment ends with the model.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)
    leave_unfinished(world, world.identify(), stored=True)
    world.model(BEFORE)

    run_until_death(world, world.identify(fields=["score"]), dies_at)
    world.run(world.identify(fields=["score"]))

    assert known(world) == {"u1": {"score": 1}, "u2": {"score": 2}}
    assert world.run(world.identify(fields=["score"])).counts == Counts()
