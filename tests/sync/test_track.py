"""What a track sync sends for each kind of change."""

import pytest

from sync import Sync
from sync.errors import ConfigError
from sync.plan.checks import Counts
from tests.sync.world import World, rows

ADDED = {"event": "Thing Happened", "timestamp": "at"}


def events(*values: tuple[str, str, int, str]) -> str:
    """Rows of things that happened, each at noon of the day that its score names."""
    dated = [(*row, f"2026-01-{row[2] + 1:02} 12:00:00") for row in values]
    named = rows(*dated, names='id, user_id, score, url, "at"')
    return (
        'select id, user_id, score, url, cast("at" as timestamp) as "at" '
        f"from ({named}) as events"
    )


def track(world: World, **settings: object) -> Sync:
    block = {
        "call": "track",
        "fields": ["score", "url"],
        "guard": {"removed_percent": 100},
    }
    return world.sync(**(block | {"added": ADDED} | settings))


def test_an_added_row_is_an_event_at_its_own_time(world: World) -> None:
    """
    A backfill keeps its dates.
    """
    world.model(events(("e1", "u1", 3, "x")))

    report = world.run(track(world))

    assert report.counts == Counts(added=1)
    (message,) = world.messages()
    assert message["event"] == "Thing Happened"
    assert message["properties"] == {"score": 3, "url": "x"}
    assert message["originalTimestamp"] == "2026-01-04T12:00:00.000Z"


def test_an_event_row_is_sent_once_whatever_becomes_of_it(world: World) -> None:
    """
    It changes, it leaves the model, it comes back: it happened once.
    """
    world.model(events(("e1", "u1", 3, "x"), ("e2", "u1", 4, "y")))
    world.run(track(world))
    world.model(events(("e1", "u1", 3, "changed")))
    changed = world.run(track(world))
    world.model(events(("e1", "u1", 3, "x"), ("e2", "u1", 4, "y")))

    back = world.run(track(world))

    assert changed.counts.total == 0
    assert back.counts.total == 0


def test_an_event_of_someone_suppressed_is_told_to_nobody_else(world: World) -> None:
    """
    On a shared device it may be filed under somebody else from then on.
    """
    world.model(events(("e1", "u1", 3, "x")))
    world.run(track(world))
    world.suppress("u1")
    world.model(events(("e1", "u2", 3, "x")))

    report = world.run(track(world))

    assert report.counts.total == 0
    assert [message["userId"] for message in world.messages()] == ["u1"]


def test_an_event_row_keeps_its_id_when_the_ledger_is_lost(world: World) -> None:
    """
    So Segment recognises the second time, within its memory of a day.
    """
    world.model(events(("e1", "u1", 3, "x")))
    world.run(track(world))
    world.sql("drop schema t_ledger cascade")

    report = world.run(track(world), start_afresh=True)

    assert report.counts.added == 1
    assert world.sandbox.summary()["deduplicated"] == 1


def test_changed_and_removed_rows_have_events_of_their_own(world: World) -> None:
    """
    A removed row's event carries the values that were last confirmed.
    """
    settings = {
        "changed": {"event": "Thing Changed"},
        "removed": {"event": "Thing Gone"},
    }
    world.model(events(("e1", "u1", 3, "x"), ("e2", "u2", 4, "y")))
    world.run(track(world, **settings))
    world.model(events(("e1", "u1", 3, "z")))

    report = world.run(track(world, **settings))

    assert report.counts == Counts(changed=1, removed=1)
    sent = {m["event"]: m for m in world.messages()[2:]}
    assert sent["Thing Changed"]["properties"] == {"score": 3, "url": "z"}
    assert sent["Thing Gone"]["properties"] == {"score": 4, "url": "y"}
    assert sent["Thing Gone"]["userId"] == "u2"
    original = {"2026-01-04T12:00:00.000Z", "2026-01-05T12:00:00.000Z"}
    assert not original & {message["originalTimestamp"] for message in sent.values()}


def test_a_message_id_column_is_used_as_it_is(world: World) -> None:
    """
    For `added`: who brings ids of their own wants to see them at the other end.
    """
    world.model(events(("e1", "u1", 3, "my-own-id")))

    world.run(track(world, added=ADDED | {"message_id": "url"}))

    assert [message["messageId"] for message in world.messages()] == ["my-own-id"]


def test_a_new_property_is_no_news_of_an_old_event(world: World) -> None:
    """
    Changed rows are sent, but a column that is new changes none of them.
    """
    settings = {"changed": {"event": "Thing Changed"}}
    world.model(events(("e1", "u1", 3, "x")))
    world.run(track(world, fields=["url"], **settings))

    report = world.run(track(world, fields=["url", "score"], **settings))

    assert report.counts.total == 0


def test_initial_skip_sends_only_what_comes_later(world: World) -> None:
    """
    The history is taken as known.
    """
    world.model(events(("e1", "u1", 3, "x")))
    world.run(track(world, initial="skip"))
    world.model(events(("e1", "u1", 3, "x"), ("e2", "u1", 4, "y")))

    report = world.run(track(world, initial="skip"))

    assert report.counts == Counts(added=1)


def test_initial_skip_waits_for_a_model_that_has_rows(world: World) -> None:
    """
    An empty first result set is no baseline: it may be an upstream failure.
    """
    world.model(f"{events(('e1', 'u1', 3, 'x'))} where false")
    world.run(track(world, initial="skip"))
    world.model(events(("e1", "u1", 3, "x")))

    report = world.run(track(world, initial="skip"))

    assert report.counts.total == 0


def test_a_track_sync_without_an_event_is_an_error(world: World) -> None:
    """
    It names the exposure and the key that is missing.
    """
    world.model(events(("e1", "u1", 3, "x")))

    with pytest.raises(ConfigError, match="people: `call: track` needs an event"):
        track(world, added=None)
