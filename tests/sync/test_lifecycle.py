"""Paused syncs, old ledgers, old plans, and syncs that are no more."""

import logging

import pytest

from sync import Ledger, pause, resume
from sync.errors import (
    ConfigError,
    DuplicatesPossible,
    SyncPaused,
    TooManyRemovals,
)
from sync.ledger.forget import forget
from sync.look.in_doubt import calls_in_doubt
from sync.look.status import orphans, read_status
from sync.plan.checks import Counts
from tests.sync.histories import sleep_through
from tests.sync.test_track import events, track
from tests.sync.world import World, leave_unfinished, rows

PEOPLE = [(f"k{number}", f"u{number}", number, "x") for number in range(20)]
DAYS = [("e1", "u1", 3, "x"), ("e2", "u1", 4, "y")]


def test_a_paused_sync_sends_nothing_until_it_is_resumed(world: World) -> None:
    """
    And then sends what has changed in the meantime.
    """
    world.model(rows(*PEOPLE[:2]))
    world.run(world.identify())
    sync = world.identify()
    with world.warehouse() as warehouse:
        pause(Ledger(warehouse), sync)
        assert read_status(warehouse, sync).is_paused
    world.model(rows(*PEOPLE[:3]))

    with pytest.raises(SyncPaused, match="relyv sync resume people"):
        world.run(world.identify())

    with world.warehouse() as warehouse:
        resume(Ledger(warehouse), sync)
    assert world.run(world.identify()).counts == Counts(added=1)


def test_what_never_ran_cannot_be_paused(world: World) -> None:
    """
    There is a plainer way to keep it from starting.
    """
    world.model(rows(*PEOPLE[:2]))
    sync = world.identify()

    with world.warehouse() as warehouse, pytest.raises(ConfigError, match="targets"):
        pause(Ledger(warehouse), sync)


def test_a_ledger_of_the_first_layout_is_migrated(world: World) -> None:
    """
    By the first run, which sends nothing again.
    """
    world.model(rows(*PEOPLE))
    world.run(world.identify())
    world.sql(
        "drop table t_ledger.sync_pauses",
        "update t_ledger.ledger set schema_version = 1",
    )

    report = world.run(world.identify())

    assert report.counts == Counts()
    assert world.sql("select schema_version from t_ledger.ledger") == [(4,)]
    assert world.sql("select count(*) from t_ledger.sync_pauses") == [(0,)]


def test_a_plan_of_the_second_layout_is_finished(world: World) -> None:
    """
    Its refused images had no reason yet, and are tried once more.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y" * 40_000)))
    leave_unfinished(world, world.identify())
    world.sql(
        "alter table t_ledger.people__rejected add column change varchar(20)",
        *(
            f"alter table t_ledger.people__rejected drop column {name}"
            for name in ("_change", "_reason", "_detail")
        ),
        "update t_ledger.ledger set schema_version = 2",
    )

    report = world.run(world.identify())

    refused = world.sql("select _change, _reason from t_ledger.people__rejected")
    assert report.resumed_plan == 1
    assert [message["userId"] for message in world.messages()] == ["u1"]
    assert refused == [("added", "message_too_large")]


def test_a_ledger_from_the_future_is_left_alone(world: World) -> None:
    """
    Nobody knows what its columns mean.
    """
    world.model(rows(*PEOPLE[:2]))
    world.run(world.identify())
    world.sql("update t_ledger.ledger set schema_version = 99")
    world.model(rows(*PEOPLE[:3]))

    with pytest.raises(ConfigError, match="layout 99"):
        world.run(world.identify())

    assert len(world.messages()) == 2


def test_accepting_a_guard_accepts_what_was_seen(world: World) -> None:
    """
    A plan that has grown since it was held is held again.
    """
    world.model(rows(*PEOPLE))
    sync = world.identify(guard={"removed_percent": 10})
    world.run(sync)
    world.model(rows(*PEOPLE[:15]))
    with pytest.raises(TooManyRemovals):
        world.run(sync)
    world.model(rows(*PEOPLE[:10]))

    with pytest.raises(TooManyRemovals, match=r"10 of 20 .* has grown"):
        world.run(sync, accept_guard=True)

    assert len(world.messages()) == 20
    assert world.run(sync, accept_guard=True).counts == Counts(removed=10)


def test_an_old_plan_of_events_waits_for_somebody(world: World) -> None:
    """
    Segment has forgotten its ids: what was on its way would happen twice.
    """
    world.model(events(*DAYS))
    leave_unfinished(world, track(world))
    sleep_through(world, hours=25)
    requests = world.sandbox.summary()["requests"]

    with pytest.raises(DuplicatesPossible, match="2 of its events") as raised:
        world.run(track(world))
    with world.warehouse() as warehouse:
        listed = calls_in_doubt(warehouse, track(world), limit=10)

    assert raised.value.exit_code == 3
    assert world.sandbox.summary()["requests"] == requests
    report = world.run(track(world), accept_duplicates=True)
    assert (report.resumed_plan, report.counts) == (1, Counts(added=2))
    assert [call.key for call in listed] == [("e1",), ("e2",)]
    sent = [message["messageId"] for message in world.messages()]
    assert [call.message_id for call in listed] == sent
    with world.warehouse() as warehouse:
        assert calls_in_doubt(warehouse, track(world), limit=10) == []


def test_an_old_plan_of_traits_is_finished(world: World) -> None:
    """
    A trait that is told twice is the same trait; then comes what has changed since.
    """
    world.model(rows(*PEOPLE[:2]))
    leave_unfinished(world, world.identify())
    sleep_through(world, hours=25)
    world.model(rows(("k0", "u0", 99, "x"), PEOPLE[1]))

    report = world.run(world.identify())

    assert report.counts == Counts(added=2, changed=1)
    assert world.traits()["u0"]["score"] == 99


def test_a_plan_that_grows_old_is_warned_of(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Four hours before Segment forgets its ids.
    """
    world.model(events(*DAYS))
    leave_unfinished(world, track(world))
    sleep_through(world, hours=21)

    with caplog.at_level(logging.WARNING, logger="relyv.sync"):
        world.run(track(world))

    assert "sync.plan_is_old sync=people plan=1 hours=21 left=2" in caplog.text


def test_a_sync_without_an_exposure_is_named(world: World) -> None:
    """
    What it sent stays in Segment.
    """
    world.model(rows(*PEOPLE[:2]))
    world.run(world.identify())

    sync = world.identify()
    with world.warehouse() as warehouse:
        assert orphans(warehouse, []) == ["people"]
        assert orphans(warehouse, [sync]) == []


def test_a_removed_sync_is_forgotten(world: World) -> None:
    """
    Only a removed one. Should it come back, every row is told again, with a new id.
    """
    world.model(rows(*PEOPLE[:2]))
    world.run(world.identify())
    sync = world.identify()
    with world.warehouse() as warehouse:
        with pytest.raises(ConfigError, match="is an exposure"):
            forget(Ledger(warehouse), "people", ["people"])
        with pytest.raises(ConfigError, match="knows no sync"):
            forget(Ledger(warehouse), "poeple", [])

        forget(Ledger(warehouse), "people", [])

        assert orphans(warehouse, []) == []
        assert read_status(warehouse, sync).confirmed == 0
    assert world.run(sync).counts == Counts(added=2)
    assert len(world.messages()) == 4
