"""What other tools get wrong, each as it was seen there; ours must pass every one.

In this order: a late row with the time of the last one; rows removed; values computed
anew; a destination that goes down and comes back; one NaN; a decimal; an answer that is
lost; a failed row that never changes; A, B, A, B; more rows than any queue holds; an
empty source; a checkpoint that was lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from sqlalchemy import Engine

from sync import RunOptions, run_sync
from sync.errors import DeliveryUnsure, GuardTripped
from sync.options import DeliverySettings
from sync.plan.checks import Counts
from tests.sync.histories import Died
from tests.sync.steps import before_each_step
from tests.sync.test_preview import PEOPLE
from tests.sync.test_track import events, track
from tests.sync.world import World, fault, many, numbers, rows

NOON = "2026-01-01 12:00:00"
TIMED = "id, user_id, score, updated_at"


def test_a_late_row_with_the_same_time_as_the_last_one(world: World) -> None:
    """
    A cursor at the newest `updated_at` passes it by for ever. There is no cursor.
    """
    world.model(rows(("a", "u1", 1, NOON), names=TIMED))
    world.run(world.identify())
    world.model(rows(("a", "u1", 1, NOON), ("b", "u2", 2, NOON), names=TIMED))

    report = world.run(world.identify())

    assert report.counts == Counts(added=1)
    assert set(world.traits()) == {"u1", "u2"}


def test_rows_that_were_removed(world: World) -> None:
    """
    A query for what is new never shows what is gone; here it is cleared.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 1, "x")))

    report = world.run(world.identify())

    assert report.counts == Counts(removed=1)
    assert world.traits() == {"u1": {"score": 1, "url": "x"}, "u2": {}}


def test_values_that_were_computed_anew_without_a_new_time(world: World) -> None:
    """
    Another weight in a seed changes scores, and no row's `updated_at`.
    """
    world.model(rows(("a", "u1", 1, NOON), ("b", "u2", 2, NOON), names=TIMED))
    world.run(world.identify())
    world.model(rows(("a", "u1", 7, NOON), ("b", "u2", 2, NOON), names=TIMED))

    report = world.run(world.identify())

    assert report.counts == Counts(changed=1)
    assert world.messages()[-1]["traits"] == {"score": 7}


@pytest.mark.parametrize("store", [True, False])
def test_a_destination_that_is_down_half_way_and_then_up(
    world: World, store: bool
) -> None:
    """
    Nothing lost and nothing doubled, whether it stored what it did not confirm or not.
    """
    world.model(many(5_000))
    world.sandbox.faults([fault(None, after=1, times=1_000, store=store)])

    with pytest.raises(DeliveryUnsure):
        world.run(world.identify())
    world.sandbox.clear_faults()
    report = world.run(world.identify())

    assert report.resumed_plan == 1
    assert world.sandbox.summary()["accepted"] == 5_000
    assert len(world.traits()) == 5_000
    assert world.run(world.identify()).counts.total == 0


def test_one_nan_among_many_rows_is_one_rejection(world: World) -> None:
    """
    The others are delivered.
    """
    world.model(
        "select cast(i as varchar) as id, cast(i as varchar) as user_id, "
        "case when i = 5 then cast('nan' as double precision) else i end as score "
        f"from {numbers(100)}"
    )

    report = world.run(world.identify())

    assert (report.counts.added, report.rejected) == (99, 1)
    assert world.sql("select reason from t_ledger.sync_rejections") == [
        ("not_a_finite_number",)
    ]


def test_a_decimal_stays_a_number(world: World) -> None:
    """
    Sent as text, it is no number to any audience that compares it.
    """
    world.model(
        "select 'a' as id, 'u1' as user_id, cast(12.50 as numeric(9, 2)) as score"
    )

    world.run(world.identify())

    (message,) = world.messages()
    assert message["traits"] == {"score": 12.5}
    assert type(message["traits"]["score"]) is float


def test_a_response_that_is_lost_after_the_batch_was_stored(world: World) -> None:
    """
    The second attempt carries the same ids, and Segment keeps one copy of each.
    """
    world.model(many(3))
    world.sandbox.faults([fault(None, store=True)])

    world.run(world.identify())

    summary = world.sandbox.summary()
    assert (summary["accepted"], summary["deduplicated"]) == (3, 3)


def test_a_failed_row_that_never_changes_again(world: World) -> None:
    """
    Segment was wrong about it for a day. It is not forgotten: it is counted, explained,
    and sent when somebody says so, without any change of its own.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.sandbox.faults([fault(400, matches='"userId":"u2"', times=100)])
    refused = world.run(world.identify())
    world.sandbox.clear_faults()
    rested = world.run(world.identify())

    report = world.run(world.identify(), retry_rejected=True)

    assert (refused.counts.added, refused.rejected, refused.exit_code) == (1, 1, 1)
    assert rested.counts == Counts()
    assert report.counts == Counts(added=1)
    assert set(world.traits()) == {"u1", "u2"}


def test_a_row_that_goes_back_and_forth_makes_a_message_each_time(world: World) -> None:
    """
    A, B, A, B within Segment's day of memory: four states, four ids.
    """
    settings = {"changed": {"event": "Thing Changed"}}
    for url in ("a", "b", "a", "b"):
        world.model(events(("e1", "u1", 3, url)))
        world.run(track(world, **settings))

    ids = [message["messageId"] for message in world.messages()]

    assert len(ids) == len(set(ids)) == 4
    assert [m["properties"]["url"] for m in world.messages()] == ["a", "b", "a", "b"]


def test_more_rows_than_any_queue_holds(world: World) -> None:
    """
    The next batch is made when one is done: nothing is dropped, and nothing piles up.
    """
    people = "select 'k' || i as id, 'u' || i as user_id, i as score from "
    world.model(f"{people} (select i from generate_series(1, 12000) as g(i)) as n")

    report = world.run(world.identify())

    assert report.counts == Counts(added=12_000)
    assert world.sandbox.summary()["accepted"] == 12_000
    assert world.sql("select count(*) from t_ledger.people__sent") == [(12_000,)]


def test_an_empty_model_is_never_taken_for_a_removal_of_all(world: World) -> None:
    """
    Whatever the guard allows: an upstream failure looks just like this.
    """
    world.model(rows(*PEOPLE))
    world.run(world.identify())
    world.model(f"{rows(*PEOPLE)} where false")

    with pytest.raises(GuardTripped, match="The model is empty"):
        world.run(world.identify())

    assert len(world.traits()) == 20


# Of 4 KB each, so that a batch is some hundred of them.
LONG = (
    "select 'k' || i as id, 'u' || i as user_id, i as score, repeat('x', 4000) as url"
)
BATCH = 475_000 // 4_200
CONNECTIONS = 2


def test_a_rerun_after_the_last_checkpoint_was_lost(world: World) -> None:
    """
    A process dies between Segment's answers and the ledger. The next run sends again
    what was settled since the last checkpoint and what was in flight, and no more, with
    the same ids.
    """
    world.model(f"{LONG} from {numbers(3_000)}")
    delivery = DeliverySettings(connections=CONNECTIONS, checkpoint_seconds=0)
    is_dead = Event()

    def die_half_way(total: int, progress: object) -> None:
        if world.sandbox.summary()["accepted"] >= total / 2:
            is_dead.set()

    with (
        pytest.raises(Died),
        world.warehouse() as warehouse,
        dead_from(warehouse.engine, is_dead),
    ):
        run_sync(
            warehouse,
            world.identify(),
            RunOptions(delivery=delivery),
            on_progress=die_half_way,
        )
    world.sql("update t_ledger.syncs set leased_until = timestamp '2000-01-01'")

    report = world.run(world.identify())

    summary = world.sandbox.summary()
    assert report.resumed_plan == 1
    assert summary["accepted"] == 3_000
    in_flight = 2 * CONNECTIONS + 1
    assert 0 < summary["deduplicated"] <= (in_flight + 1) * BATCH


@contextmanager
def dead_from(engine: Engine, is_dead: Event) -> Iterator[None]:
    """Once it is dead, the process says nothing to the warehouse any more."""

    def step() -> None:
        if is_dead.is_set():
            raise Died

    with before_each_step(engine, step):
        yield
