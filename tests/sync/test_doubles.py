"""What may arrive twice, at a receiver that promises what Segment does.

It recognises 99% of repeated messageIds, and for 24 hours.
"""

from collections import Counter

import pytest

from sync import RunOptions, RunReport, Sync, run_sync
from sync.errors import DeliveryUnsure, DuplicatesPossible
from sync.look.in_doubt import calls_in_doubt
from sync.options import DeliverySettings
from tests.sync.histories import sleep_through
from tests.sync.world import World, fault, numbers

# Whatever the warehouse, the sender is one.
KINDS_FOR_ALL = ("postgres", "snowflake")
ROWS = 1_000
# A request takes 475,000 bytes, and each note is 2,000.
A_REQUEST = 230
NOTE = "cast(repeat('x', 2000) as varchar(2000)) as note"
ONE_BY_ONE = DeliverySettings(attempts=2, connections=1, checkpoint_seconds=0)


@pytest.fixture(autouse=True)
def many_people(world: World) -> None:
    """More than three requests of them, and a receiver that is what it promises."""
    world.sandbox.reset(missed_repeats=0.01)
    world.model(
        "select cast(i as varchar(9)) as id, cast(i as varchar(9)) as user_id, "
        f"i as score, {NOTE} from {numbers(ROWS)}"
    )


def track(world: World) -> Sync:
    return world.sync(call="track", added={"event": "Made"})


def run(world: World, sync: Sync, **options: bool) -> RunReport:
    with world.warehouse() as warehouse:
        return run_sync(warehouse, sync, RunOptions(delivery=ONE_BY_ONE, **options))


def stop_on_the_way(world: World, sync: Sync) -> set[str]:
    """
    Two requests are answered; what comes then is stored, and the answer is lost. The
    messageIds that Segment has and the run does not know of.
    """
    world.sandbox.faults([fault(None, store=True, after=2, times=20)])
    with pytest.raises(DeliveryUnsure):
        run(world, sync)
    world.sandbox.clear_faults()
    ids = received(world)
    first_repeated = next(n for n, message in enumerate(ids) if message in ids[n + 1 :])
    return set(ids[first_repeated:])


def received(world: World) -> list[str]:
    found = world.sandbox.messages(stage="received")
    return [line["message"]["messageId"] for line in found]


def times_kept(world: World) -> Counter[str]:
    """How often each messageId is there after de-duplication."""
    return Counter(message["messageId"] for message in world.messages())


def test_a_repetition_within_a_day_is_doubled_where_segment_misses_it(
    world: World,
) -> None:
    """
    Only what was on its way is repeated, under the same ids; of these Segment keeps
    some more than once: a fifth is missed here, so that it shows.
    """
    world.sandbox.reset(missed_repeats=0.2)
    on_its_way = stop_on_the_way(world, track(world))
    before = received(world)

    run(world, track(world))

    kept = times_kept(world)
    assert set(received(world)[len(before) :]) & set(before) == on_its_way
    # One request under way and one behind it, of a connection.
    assert 0 < len(on_its_way) <= 2 * A_REQUEST
    assert len(received(world)) == len(before) + ROWS - len(set(before) - on_its_way)
    assert len(kept) == ROWS
    doubled = {message for message, times in kept.items() if times > 1}
    assert doubled < on_its_way
    assert 0 < len(doubled) <= 0.4 * len(on_its_way)
    assert run(world, track(world)).requests == 0


def test_a_repetition_after_a_day_waits_for_a_person_and_is_what_was_listed(
    world: World,
) -> None:
    """
    Segment has forgotten what was on its way: those events are doubled when a person
    accepts it, and no others. What was answered is never sent again.
    """
    on_its_way = stop_on_the_way(world, track(world))
    before = times_kept(world)
    sleep_through(world, hours=25)

    with pytest.raises(DuplicatesPossible):
        run(world, track(world))
    with world.warehouse() as warehouse:
        listed = calls_in_doubt(warehouse, track(world), limit=ROWS)
    run(world, track(world), accept_duplicates=True)

    told = times_kept(world) - before
    assert set(told.values()) == {1}
    assert set(told) & set(before) == on_its_way
    assert {call.message_id for call in listed} == set(told)
    assert len(times_kept(world)) == ROWS


def test_traits_that_are_told_again_after_a_day_are_the_same_traits(
    world: World,
) -> None:
    """
    Nobody is asked: only what was on its way is told again, and all end as the model.
    """
    sync = world.identify(fields=["score", "note"])
    on_its_way = stop_on_the_way(world, sync)
    before = received(world)
    sleep_through(world, hours=25)

    run(world, sync)

    told = received(world)[len(before) :]
    assert len(told) == len(set(told)) == ROWS - len(set(before) - on_its_way)
    assert {user: said["score"] for user, said in world.traits().items()} == {
        str(number): number for number in range(ROWS)
    }
    assert run(world, sync).requests == 0
