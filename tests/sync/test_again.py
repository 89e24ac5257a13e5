"""What is sent once more when somebody asks for it."""

from datetime import datetime

import pytest

from sync import Again
from sync.errors import ConfigError, TooManyCalls
from sync.look.preview import preview_sync
from sync.plan.checks import Counts
from tests.sync.test_track import ADDED, events, track
from tests.sync.world import World, rows

THREE = [("a", "u1", 1, "x"), ("b", "u2", 2, "y"), ("c", "u3", 3, "z")]
DAYS = [("e1", "u1", 3, "x"), ("e2", "u1", 4, "y"), ("e3", "u2", 5, "z")]


def test_a_resync_sends_every_row_whole_and_the_removals(world: World) -> None:
    """
    The rows that are confirmed and unchanged, too; afterwards nothing is left to send.
    """
    world.model(rows(*THREE))
    world.run(world.identify(send="changed"))
    world.model(rows(("a", "u1", 9, "x"), THREE[1]))

    report = world.run(world.identify(send="changed"), again=Again())

    assert report.counts == Counts(added=2, removed=1)
    sent = {m["userId"]: m["traits"] for m in world.messages()[3:]}
    assert sent == {
        "u1": {"score": 9, "url": "x"},
        "u2": {"score": 2, "url": "y"},
        "u3": {"score": None, "url": None},
    }
    assert world.run(world.identify(send="changed")).counts == Counts()


def test_a_resync_takes_up_what_was_rejected(world: World) -> None:
    """
    A row that was refused and has not changed is judged again.
    """
    world.model(rows(("a", "u1", 1, "z" * 40_000), THREE[1]))
    first = world.run(world.identify())

    report = world.run(world.identify(), again=Again())

    assert (first.rejected, report.rejected) == (1, 1)
    assert report.counts == Counts(added=1)


def test_everybody_enters_an_audience_again(world: World) -> None:
    """
    A resync tells of each member once more, and of nobody who is none.
    """
    world.model(rows(*THREE))
    sync = world.sync(call="audience", guard={"removed_percent": 100})
    world.run(sync)
    world.model(rows(*THREE[:2]))

    world.run(sync, again=Again())

    told = [(m["event"], m["userId"]) for m in world.messages()[3:]]
    assert sorted(told) == [
        ("Segment Entered", "u1"),
        ("Segment Entered", "u2"),
        ("Segment Exited", "u3"),
    ]


def test_a_resync_of_changes_tells_each_row_anew_and_who_has_left(
    world: World,
) -> None:
    """
    A row in the model is added once more, whatever became of it before; one that has
    left is removed, with the values that were last confirmed, and a second time never.
    """
    told = {"added": {"event": "Made"}, "changed": {"event": "Altered"}}
    world.model(rows(*THREE))
    sync = track(world, **told, removed={"event": "Gone"})
    world.run(sync)
    world.model(rows(("a", "u1", 9, "x"), *THREE[1:]))
    world.run(sync)
    before = len(world.messages())
    world.model(rows(("a", "u1", 9, "x"), ("b", "u2", 7, "y")))

    report = world.run(sync, again=Again())
    second = world.run(sync, again=Again())

    assert report.counts == Counts(added=2, removed=1)
    assert second.counts == Counts(added=2)
    sent = [
        (m["event"], m["userId"], m["properties"]) for m in world.messages()[before:]
    ]
    assert sent[0] == ("Gone", "u3", {"score": 3, "url": "z"})
    made = [
        ("Made", "u1", {"score": 9, "url": "x"}),
        ("Made", "u2", {"score": 7, "url": "y"}),
    ]
    assert sorted(sent[1:3], key=str) == made
    assert sorted(sent[3:], key=str) == made
    assert world.run(sync).counts == Counts()


def test_events_keep_their_ids_unless_new_ones_are_asked_for(world: World) -> None:
    """
    Segment recognises what it has; with new ids it takes them a second time.
    """
    world.model(events(*DAYS))
    world.run(track(world))

    same = world.run(track(world), again=Again())
    after_same = world.sandbox.summary()
    other = world.run(track(world), again=Again(new_ids=True))

    assert same.counts == other.counts == Counts(added=3)
    assert (after_same["accepted"], after_same["deduplicated"]) == (3, 3)
    assert world.sandbox.summary()["accepted"] == 6


def test_an_own_message_id_is_salted_when_new_ids_are_asked_for(world: World) -> None:
    """
    The user's own id stays readable in front.
    """
    world.model(events(*DAYS[:1]))
    sync = track(world, added={**ADDED, "message_id": "id"})
    world.run(sync)

    world.run(sync, again=Again(new_ids=True))

    first, second = (message["messageId"] for message in world.messages())
    assert first == "e1"
    assert second.startswith("e1-added-")


def test_a_backfill_sends_a_range_to_one_destination(world: World) -> None:
    """
    From the first moment on, up to the second, and nothing of what else is new.
    """
    world.model(events(*DAYS))
    world.run(track(world))
    world.model(events(*DAYS, ("e4", "u3", 9, "w")))
    days = Again(
        since=datetime.fromisoformat("2026-01-05"),
        until=datetime.fromisoformat("2026-01-06T12:00"),
        only_destination="Salesforce",
        new_ids=True,
    )

    report = world.run(track(world), again=days)

    assert report.counts == Counts(added=1)
    (message,) = world.messages()[3:]
    assert message["properties"]["url"] == "y"
    assert message["integrations"] == {"All": False, "Salesforce": True}
    assert world.run(track(world)).counts == Counts(added=1)


def test_only_events_that_are_sent_once_have_a_range(world: World) -> None:
    """
    Of others, the changes in between would be lost.
    """
    world.model(rows(*THREE))

    with pytest.raises(ConfigError, match="relyv sync resync"):
        world.run(
            world.identify(), again=Again(since=datetime.fromisoformat("2026-01-01"))
        )

    assert world.sandbox.summary()["requests"] == 0


def test_an_event_of_somebody_suppressed_is_not_told_of_another(world: World) -> None:
    """
    On a shared device it may be filed under somebody else now. It has been told.
    """
    world.model(events(*DAYS[:2]))
    world.run(track(world))
    world.suppress("u1")
    world.model(events(("e1", "u2", 3, "x"), ("e3", "u2", 5, "z")))

    world.run(track(world), again=Again(new_ids=True))

    assert [m["properties"]["url"] for m in world.messages()[2:]] == ["z"]


def test_a_resync_stops_at_the_guard(world: World) -> None:
    """
    It is as many calls as there are rows.
    """
    world.model(rows(*THREE))
    sync = world.identify(guard={"removed_percent": 100, "calls": 2})
    world.run(sync, accept_guard=True)

    with pytest.raises(TooManyCalls, match="the same command with"):
        world.run(sync, again=Again())

    assert world.run(sync, again=Again(), accept_guard=True).counts.added == 3


def test_the_preview_of_a_resync_counts_what_it_sends(world: World) -> None:
    """
    Look first.
    """
    world.model(rows(*THREE))
    world.run(world.identify())
    world.model(rows(*THREE[1:]))

    with world.warehouse() as warehouse:
        seen = preview_sync(warehouse, world.identify(), Again())

    assert seen.counts == Counts(added=2, removed=1)
