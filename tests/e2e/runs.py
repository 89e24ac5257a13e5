"""What the runs say of themselves, held against what arrived."""

from collections import Counter
from typing import Any

from tests.e2e.arrivals import Line, accepted, bodies
from tests.e2e.story import SESSION_STARTED, Stop, Story

TRAITS = "segment_profile_traits"
ACCOUNTS = "segment_account_traits"


def assert_first_run_died_in_mid_delivery(story: Story) -> None:
    """Some messages had arrived and been written down, some only arrived, some not."""
    planned = len(story.settled.models[SESSION_STARTED])
    remaining = story.halfway[SESSION_STARTED]["remaining"]

    assert story.killed == -9
    assert story.halfway[SESSION_STARTED]["last_outcome"] == "running"
    assert 0 < remaining < planned
    assert story.resumed[SESSION_STARTED]["resumed_plan"] == 1
    assert story.settled.summary["deduplicated"] > 0


def assert_resumed_run_reports_what_was_left(story: Story) -> None:
    added = {sync: report["counts"]["added"] for sync, report in story.resumed.items()}

    assert added == dict.fromkeys(added, 0) | {
        SESSION_STARTED: story.halfway[SESSION_STARTED]["remaining"]
    }


def assert_moved_on_run_reports_what_arrived(story: Story) -> None:
    """The counts that a person reads are those of the messages that were kept."""
    new = story.ended.messages[len(story.settled.messages) :]
    identifies = accepted(new, "identify")
    cleared = sum(not any(_values(message)) for message in identifies)
    counts = {sync: report["counts"] for sync, report in story.moved_on.items()}
    names = Counter(message["event"] for message in accepted(new, "track"))

    assert all(line["stage"] == "accepted" for line in new)
    assert counts[TRAITS]["removed"] == cleared >= 3
    assert counts[TRAITS]["added"] + counts[TRAITS]["changed"] == (
        len(identifies) - cleared
    )
    assert {
        sync: count["added"]
        for sync, count in counts.items()
        if sync not in (TRAITS, ACCOUNTS)
    } == {
        "segment_session_started": names["Session Started"],
        "segment_frustration_spike": names["Frustration Spike Detected"],
        "segment_bug_reported": names["Bug Reported"],
        "segment_replay_shared": names["Replay Shared"],
        "segment_replay_worthy": names["Replay Worth Watching"],
    }
    assert sum(counts[ACCOUNTS][kind] for kind in ("added", "changed", "removed")) == (
        len(accepted(new, "group"))
    )
    newcomers = {message["userId"] for message in identifies} - set(
        story.settled.traits
    )
    assert counts[TRAITS]["added"] == len(newcomers)


def _values(message: Line) -> list[Any]:
    return [value for value in message["traits"].values() if value is not None]


def assert_rejections_are_known(story: Story) -> None:
    """A message that Segment would drop in silence is held back, and said to be."""
    rejected = {sync: report["rejected"] for sync, report in story.moved_on.items()}

    assert story.moved_on_exit == 1
    assert rejected == dict.fromkeys(rejected, 0) | {TRAITS: 1, SESSION_STARTED: 1}
    assert sorted((row["sync"], row["reason"]) for row in story.rejections) == [
        (TRAITS, "message_too_large"),
        (SESSION_STARTED, "message_too_large"),
    ]
    assert story.ended.summary["dropped"] == {}


def assert_each_message_has_one_body(stop: Stop) -> None:
    """A retry says the same again: an id never stands for two things."""
    by_id = bodies(stop.messages)

    assert {key: found for key, found in by_id.items() if len(found) > 1} == {}
    assert len(by_id) == stop.summary["accepted"]


def assert_last_run_was_silent(story: Story) -> None:
    for report in story.last.values():
        assert report["counts"] == {"added": 0, "changed": 0, "removed": 0}
        assert (report["requests"], report["rejected"]) == (0, 0)
    assert story.after_last == story.ended.summary
