"""A sync whose exposure was removed takes back what it told, and is forgotten."""

from typing import Any

import pytest

from sync import Ledger, RunOptions, RunReport, run_sync
from sync.errors import ConfigError, DeliveryUnsure
from sync.ledger.forget import forget
from sync.look.status import orphans
from sync.plan.clearing import clearing_of, preview_clearing
from tests.sync.world import FAST, World, fault, leave_unfinished, rows

BEFORE = rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y"))
LOOSE = {"removed_percent": 100}


def clear(world: World) -> RunReport:
    with world.warehouse() as warehouse:
        clearing = clearing_of(warehouse, "people", [])
        options = RunOptions(clearing=clearing, delivery=FAST)
        return run_sync(warehouse, clearing.sync, options)


MODES: list[tuple[dict[str, Any], Any]] = [
    ({"call": "identify"}, {"score": None, "url": None}),
    ({"call": "identify", "on_removed": "ignore"}, {"score": None, "url": None}),
    ({"call": "group", "group_id": "id"}, {"score": None, "url": None}),
    ({"call": "audience", "exited": {"event": "Left"}}, "Left"),
    ({"call": "audience", "trait": "vip"}, {"vip": False}),
]


@pytest.mark.parametrize(("settings", "taken_back"), MODES)
def test_what_a_sync_told_is_taken_back(
    world: World, settings: dict[str, Any], taken_back: Any
) -> None:
    """
    As it would be if each row had left the model; the model itself is gone.
    """
    world.model(BEFORE)
    world.run(world.sync(guard=LOOSE, **settings))
    world.sql("drop table t_syncs.people")
    told = len(world.messages())
    with world.warehouse() as warehouse:
        seen = preview_clearing(warehouse, clearing_of(warehouse, "people", []))
    assert len(world.messages()) == told

    report = clear(world)

    assert (seen.calls, report.counts.removed) == (2, 2)
    calls = world.messages()[told:]
    assert [m.get("event", m.get("traits")) for m in calls] == [taken_back] * 2
    assert seen.example is not None
    assert seen.example["messageId"] == calls[0]["messageId"]
    with world.warehouse() as warehouse:
        forget(Ledger(warehouse), "people", [])
        assert orphans(warehouse, []) == []


def test_events_cannot_be_taken_back(world: World) -> None:
    """
    Neither can what an exposure still tells, nor what nobody knows.
    """
    world.model(BEFORE)
    world.run(world.sync(call="track", added={"event": "Made"}))

    with world.warehouse() as warehouse:
        with pytest.raises(ConfigError, match="sent events"):
            clearing_of(warehouse, "people", [])
        with pytest.raises(ConfigError, match="is an exposure"):
            clearing_of(warehouse, "people", ["people"])
        with pytest.raises(ConfigError, match="knows no sync"):
            clearing_of(warehouse, "poeple", [])


def test_whoever_is_suppressed_or_in_doubt_is_thought_of(world: World) -> None:
    """
    No call about the one; a clear for the other, who is in no confirmed row.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(rows(("a", "u1", 1, "x"), ("c", "u3", 3, "z")))
    leave_unfinished(world, world.identify(), stored=True)
    world.suppress("u1")

    report = clear(world)

    assert report.closed_by == ("clear",)
    assert {u: said for u, said in world.traits().items() if said} == {
        "u1": {"score": 1, "url": "x"}
    }


def test_a_clearing_that_was_cut_off_goes_on(world: World) -> None:
    """
    The same messages again, and nothing is left to clear after it.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.sandbox.faults([fault(503, times=100, store=True)])
    with pytest.raises(DeliveryUnsure):
        clear(world)
    world.sandbox.clear_faults()
    sent = len(world.messages())

    report = clear(world)

    assert (report.resumed_plan, report.counts.removed) == (2, 2)
    assert len(world.messages()) == sent
    assert clear(world).counts.total == 0


def test_an_exposure_that_comes_back_finishes_the_clearing_first(world: World) -> None:
    """
    Then it tells of everybody anew.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.sandbox.faults([fault(503, times=100)])
    with pytest.raises(DeliveryUnsure):
        clear(world)
    world.sandbox.clear_faults()

    report = world.run(world.identify())

    assert (report.counts.removed, report.counts.added) == (2, 2)
    assert world.traits()["u1"] == {"score": 1, "url": "x"}
