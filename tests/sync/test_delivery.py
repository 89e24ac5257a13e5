"""What becomes of a plan when the way to Segment is bad."""

import math

import pytest

from sync import Again, Ledger, rebind
from sync.destination.address import destination_of
from sync.errors import DeliveryStopped, DeliveryUnsure, DestinationChanged, LedgerLost
from sync.plan.checks import Counts
from tests.sync.world import World, fault, leave_unfinished, many, numbers, rows


@pytest.mark.parametrize("status", [408, 410, 429, 460, 500, 502, 503, 529])
def test_an_unsure_answer_is_tried_again(world: World, status: int) -> None:
    """
    Within the same run, with the same ids.
    """
    world.model(many(3))
    world.sandbox.faults([fault(status)])

    report = world.run(world.identify())

    assert report.counts == Counts(added=3)
    assert report.requests == 2
    assert len(world.messages()) == 3


def test_an_outage_keeps_the_plan_for_the_next_run(world: World) -> None:
    """
    The run ends unsure; the next one sends the very same messages and goes on.
    """
    world.model(many(3))
    world.sandbox.faults([fault(503, store=True, times=2)])

    with pytest.raises(DeliveryUnsure):
        world.run(world.identify())
    world.model(many(4))
    report = world.run(world.identify())

    assert report.resumed_plan == 1
    assert report.counts == Counts(added=4)
    summary = world.sandbox.summary()
    assert (summary["accepted"], summary["deduplicated"]) == (4, 2 * 3)
    assert world.run(world.identify()).counts.total == 0


@pytest.mark.parametrize("status", [301, 401, 403, 404, 501, 505])
def test_a_wrong_key_or_address_rejects_nothing(world: World, status: int) -> None:
    """
    A revoked key must not become a million rejections: the plan is kept.
    """
    world.model(many(3))
    world.sandbox.faults([fault(status)])

    with pytest.raises(DeliveryStopped):
        world.run(world.identify())

    assert world.sql("select count(*) from t_ledger.sync_rejections") == [(0,)]
    assert world.run(world.identify()).counts == Counts(added=3)


def test_a_first_batch_that_is_refused_whole_stops_the_run(world: World) -> None:
    """
    Not every row of it can be wrong.
    """
    world.model(many(40))
    world.sandbox.faults([fault(400, times=80)])

    with pytest.raises(DeliveryStopped):
        world.run(world.identify())

    assert world.sandbox.summary()["requests"] < 40
    assert world.sql("select count(*) from t_ledger.sync_rejections") == [(0,)]


def test_a_row_that_segment_would_not_take_is_rejected_alone(world: World) -> None:
    """
    The others are delivered; the reason is on record, the row's contents are not.
    """
    world.model(
        "select 'k' || i as id, 'u' || i as user_id, i as score, "
        "case when i = 7 then repeat('long', 10000) else 'x' end as url "
        f"from {numbers(2500)}"
    )

    report = world.run(world.identify())

    assert report.counts == Counts(added=2499)
    assert (report.rejected, report.exit_code) == (1, 1)
    ((reason, detail),) = world.sql(
        "select reason, detail from t_ledger.sync_rejections"
    )
    assert reason == "message_too_large"
    assert "40," in detail
    assert "long" not in detail


def test_a_poisoned_batch_is_halved_until_the_bad_message_stands_alone(
    world: World,
) -> None:
    """
    Of 1,000 messages Segment refuses the first, and so whatever batch it is in.
    """
    world.model(many(1000))
    sizes_with_the_first = [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1]
    world.sandbox.faults([fault(400, times=len(sizes_with_the_first))])

    report = world.run(world.identify())

    assert (report.counts.added, report.rejected) == (999, 1)
    assert report.requests - 1 <= 2 * math.ceil(math.log2(1000))
    assert world.sql("select reason, position from t_ledger.sync_rejections") == [
        ("refused_400", 1)
    ]


def test_a_rejected_row_rests_until_it_changes(world: World) -> None:
    """
    Then it is sent whole, since nothing of it was ever confirmed.
    """
    too_long = "z" * 40_000
    world.model(rows(("a", "u1", 1, too_long), ("b", "u2", 2, "y")))
    world.run(world.identify())
    again = world.run(world.identify())
    world.model(rows(("a", "u1", 1, "short"), ("b", "u2", 2, "y")))

    mended = world.run(world.identify())

    assert (again.counts.total, again.rejected) == (0, 0)
    assert mended.counts == Counts(added=1)
    assert world.traits()["u1"] == {"score": 1, "url": "short"}


def test_a_rejected_change_leaves_the_confirmed_row_as_it_was(world: World) -> None:
    """
    So the next call about it carries both changes.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 2, "z" * 40_000)))
    world.run(world.identify())
    world.model(rows(("a", "u1", 2, "w")))

    world.run(world.identify())

    assert world.messages()[-1]["traits"] == {"score": 2, "url": "w"}


def test_someone_suppressed_after_the_freeze_is_not_sent(world: World) -> None:
    """
    The delivery looks at the list again.
    """
    world.model(many(3))
    world.sandbox.faults([fault(401)])
    with pytest.raises(DeliveryStopped):
        world.run(world.identify())
    world.suppress("u1")

    world.run(world.identify())

    assert sorted(m["userId"] for m in world.messages()) == ["u0", "u2"]


def test_what_lies_above_the_watermark_is_judged_again(world: World) -> None:
    """
    A rejection that somebody wrote who then died is no verdict on a row that is sent
    again.
    """
    world.model(many(3))
    leave_unfinished(world, world.identify())
    world.sql(
        "insert into t_ledger.sync_rejections "
        "(sync, plan, position, change, message_id, reason, detail) "
        "values ('people', 1, 2, 'added', 'm', 'refused_400', 'told by the dead')"
    )

    report = world.run(world.identify())

    assert (report.counts, report.rejected) == (Counts(added=3), 0)
    assert world.sql("select count(*) from t_ledger.sync_rejections") == [(0,)]
    assert world.run(world.identify()).counts == Counts()


def test_a_lost_ledger_is_no_first_run(world: World) -> None:
    """
    All rows would be taken for new; somebody has to say that this is meant.
    """
    world.model(many(3))
    world.run(world.identify())
    world.sql("drop schema t_ledger cascade")

    with pytest.raises(LedgerLost, match="--start-afresh"):
        world.run(world.identify())

    assert len(world.messages()) == 3


def test_a_ledger_is_bound_to_its_destination(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is confirmed in one workspace says nothing of another.
    """
    endpoint = world.sandbox_url
    monkeypatch.setenv("SEGMENT_RELYV_ENDPOINT", endpoint)
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", "the-first-key-of-all-32-letters0")
    world.model(many(3))
    sync = world.identify(targets=["prod"])
    world.run(sync, target="prod")
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", "another-key-that-has-32-letters0")

    with pytest.raises(DestinationChanged) as raised:
        world.run(sync, target="prod")

    assert "letters0" not in str(raised.value)
    assert len(world.messages()) == 3


def test_another_source_is_told_everything_or_nothing(world: World) -> None:
    """
    What one source has confirmed, the next one has never heard of.
    """
    world.model(many(3))
    world.run(world.identify())
    moved = world.identify(source="other")

    seen = world.preview(moved)
    with pytest.raises(DestinationChanged, match="relyv sync resync people"):
        world.run(moved)

    assert "names 'other'" in (seen.obstacle or "")
    assert len(world.messages()) == 3
    assert world.run(moved, again=Again()).counts == Counts(added=3)
    assert world.run(moved).counts == Counts()


def test_a_row_of_another_region_is_rejected_loudly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An eu row never reaches a us address.
    """
    monkeypatch.setenv("SEGMENT_RELYV_ENDPOINT", world.sandbox_url)
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", "the-first-key-of-all-32-letters0")
    world.model(rows(("a", "u1", 1, "us"), ("b", "u2", 2, "eu")))
    sync = world.identify(targets=["prod"], region="url", fields=["score"])

    report = world.run(sync, target="prod")

    assert (report.counts.added, report.rejected) == (1, 1)
    assert [message["userId"] for message in world.messages()] == ["u1"]
    assert world.sql("select reason from t_ledger.sync_rejections") == [
        ("wrong_region",)
    ]


def test_nothing_is_sent_where_nobody_has_opted_in(world: World) -> None:
    """
    The exposure does not name the target.
    """
    world.model(many(3))

    with pytest.raises(Exception, match="add it to `targets`"):
        world.run(world.identify(targets=["prod"]))

    assert world.sandbox.summary()["requests"] == 0


def test_a_rejected_row_is_taken_up_again_on_request(world: World) -> None:
    """
    For when the reason lay with Segment and not with the row.
    """
    world.model(many(1))
    world.sandbox.faults([fault(400)])
    refused = world.run(world.identify())
    rested = world.run(world.identify())

    taken_up = world.run(world.identify(), retry_rejected=True)

    assert (refused.rejected, rested.counts.total) == (1, 0)
    assert taken_up.counts == Counts(added=1)


def test_a_rotated_key_is_bound_and_the_ledger_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The same workspace: what it has confirmed, it still has.
    """
    monkeypatch.setenv("SEGMENT_RELYV_ENDPOINT", world.sandbox_url)
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", "the-first-key-of-all-32-letters0")
    world.model(many(3))
    sync = world.identify(targets=["prod"])
    world.run(sync, target="prod")
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", "another-key-that-has-32-letters0")

    with world.warehouse("prod") as warehouse:
        rebind(Ledger(warehouse), destination_of("relyv", target="prod"))

    assert world.run(sync, target="prod").counts.total == 0
