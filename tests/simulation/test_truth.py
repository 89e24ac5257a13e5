"""What is said to be true is what the raw rows show."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import get_args

import pytest

from simulation import rates
from simulation.moments import iso
from simulation.people import BotKind
from tests.simulation.worlds import Row, Written

KINDS = {
    "person",
    "device",
    "session",
    "alias",
    "email_change",
    "share",
    "bug_report",
    "deletion",
    "duplicate",
    "replacement",
    "world",
}
SIGNALS = {
    "rage_click",
    "dead_click",
    "error_click",
    "js_error",
    "network_error",
    "slow_request",
    "form_error_loop",
    "page_loop",
    "bug_reported",
}


@pytest.mark.parametrize("fixture", ["month", "thousand"])
def test_a_small_world_is_complete(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    """
    Every kind of truth, of change and of person is there, also with 200 people.
    """
    written: Written = request.getfixturevalue(fixture)
    people = written.truth("person")
    sessions = written.truth("session")

    assert set(written.report.truth) == KINDS
    assert {name for row in sessions for name in row["signals"]} == SIGNALS
    assert {row["bot_kind"] for row in people} == {None, *get_args(BotKind)}
    assert {row["change"] for row in written.truth("replacement")} == {
        "completed",
        "deleted",
        "expired",
    }
    assert {row["is_device"] for row in written.truth("alias")} == {True, False}
    assert {row["instalment"] for row in written.truth("duplicate")} == {"raw", "later"}
    for trait in ("is_staff", "is_chronic", "consent_denied", "erased"):
        assert any(row[trait] for row in people)


@pytest.mark.parametrize("kind", ["alias", "email_change", "share", "bug_report"])
def test_the_world_moves_on_after_the_end(thousand: Written, kind: str) -> None:
    """
    Each kind of change happens in history and again on the later day.
    """
    end = iso(thousand.world.end_ms)
    started = {
        row["session_id"]: row["started_at"] for row in thousand.truth("session")
    }
    moments = [
        row["at"] if "at" in row else started[row["session_id"]]
        for row in thousand.truth(kind)
    ]

    assert min(moments) <= end < max(moments)


def test_logins_have_their_shares(month: Written) -> None:
    """
    45% never log in; of the others some are anonymous until after the end.
    """
    end = iso(month.world.end_ms)
    people = month.truth("person")
    never = [row for row in people if row["logs_in"] == "never"]
    late = [row for row in people if row["logs_in"] == "late"]

    assert len(never) == 200 * rates.NEVER_LOGS_IN
    assert all(row["user_ids"] == [] for row in never)
    assert all(row["first_login_at"] for row in people if row["user_ids"])
    assert any(row["first_login_at"] <= end for row in late)
    assert any(row["first_login_at"] > end for row in late)


def test_each_session_is_first_seen_in_its_instalment(thousand: Written) -> None:
    """
    A session's row is in its instalment; only a replacement is in both.
    """
    raw = {row["session_id"] for row in thousand.rows("raw/relyv_sessions")}
    later = {row["session_id"] for row in thousand.rows("later/relyv_sessions")}
    replaced = {row["session_id"] for row in thousand.truth("replacement")}
    of_instalment = {
        instalment: {
            row["session_id"]
            for row in thousand.truth("session")
            if row["instalment"] == instalment
        }
        for instalment in ("raw", "later")
    }

    assert of_instalment["raw"] == raw
    assert of_instalment["later"] == later - raw
    assert raw & later == replaced


def test_a_replaced_row_has_the_newer_version(thousand: Written) -> None:
    """
    A replacement's row_version is higher than that of the row in raw.
    """
    raw = {row["session_id"]: row for row in thousand.rows("raw/relyv_sessions")}
    later = {row["session_id"]: row for row in thousand.rows("later/relyv_sessions")}

    for truth in thousand.truth("replacement"):
        old, new = raw[truth["session_id"]], later[truth["session_id"]]
        assert new["row_version"] == truth["row_version"] > old["row_version"]
        assert new["is_complete"]
        if truth["change"] == "completed":
            assert not old["is_complete"]
            assert "ended_at" not in old
        else:
            assert new["recording_status"] == truth["change"]


@pytest.mark.parametrize("fixture", ["thousand", "crowded"])
def test_holders_of_a_device_take_turns(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    """
    A device's ranges cover its sessions, belong to their people and never overlap.
    """
    written: Written = request.getfixturevalue(fixture)
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in written.truth("session"):
        sessions[row["anonymous_id"]].append(row)

    devices = {row["anonymous_id"]: row for row in written.truth("device")}
    assert devices.keys() == sessions.keys()
    for anonymous_id, device in devices.items():
        holders = device["holders"]
        for one, next_one in pairwise(holders):
            assert one["until"] < next_one["from"]
            assert one["person_id"] != next_one["person_id"]
        for row in sessions[anonymous_id]:
            assert any(
                holder["person_id"] == row["person_id"]
                and holder["from"] <= row["started_at"]
                and row["ended_at"] <= holder["until"]
                for holder in holders
            )


def test_worlds_differ_in_how_many_share(month: Written, crowded: Written) -> None:
    """
    About 3% of people share a device in a typical world, about 35% in a shared one.
    """

    def share(written: Written) -> float:
        people = {
            person
            for row in written.truth("device")
            if row["is_shared"]
            for person in row["people"]
        }
        return len(people) / written.world.people

    assert 0.02 <= share(month) <= 0.05
    assert 0.3 <= share(crowded) <= 0.4
    places = {row["place"] for row in crowded.truth("device") if row["is_shared"]}
    assert places == {"family", "kiosk", "cafe"}


def test_a_duplicate_is_there_twice(thousand: Written) -> None:
    """
    Every known duplicate is a row that its instalment has again.
    """
    id_field = {
        "segment_calls": "messageId",
        "relyv_session_events": "event_id",
        "relyv_sessions": "session_id",
    }
    seen = {
        source: Counter(
            row[name]
            for part in ("raw", "later")
            for row in thousand.rows(f"{part}/{source}")
        )
        for source, name in id_field.items()
    }

    for row in thousand.truth("duplicate"):
        assert seen[row["source"]][row["id"]] >= 2
    known = {(row["source"], row["id"]) for row in thousand.truth("duplicate")}
    replaced = {row["session_id"] for row in thousand.truth("replacement")}
    for source, counts in seen.items():
        for row_id, count in counts.items():
            assert count == 1 or (source, row_id) in known or row_id in replaced


def test_some_duplicates_are_far_from_their_originals(month: Written) -> None:
    """
    A few repeat at once, a few only hundreds of lines later.
    """
    first: dict[str, int] = {}
    distances = []
    for position, row in enumerate(month.rows("raw/relyv_session_events")):
        if row["event_id"] in first:
            distances.append(position - first[row["event_id"]])
        first.setdefault(row["event_id"], position)

    assert min(distances) == 1
    assert max(distances) > 300


def test_a_user_has_one_person_and_each_login_is_theirs(thousand: Written) -> None:
    """
    No id belongs to two people, and a session's user is its own person's.
    """
    owner: dict[str, str] = {}
    for person in thousand.truth("person"):
        for value in [*person["user_ids"], *person["emails"]]:
            assert owner.setdefault(value, person["person_id"]) == person["person_id"]
    person_of = {
        row["session_id"]: row["person_id"] for row in thousand.truth("session")
    }

    for part in ("raw", "later"):
        for row in thousand.rows(f"{part}/relyv_sessions"):
            assert ("user_id" in row) == ("identified_at" in row)
            if "user_id" in row:
                assert owner[row["user_id"]] == person_of[row["session_id"]]


def test_a_metronome_never_varies(month: Written) -> None:
    """
    The bot that looks like a person is given away by its clicks' even gaps.
    """
    metronomes = {
        row["person_id"]
        for row in month.truth("person")
        if row["bot_kind"] == "metronome"
    }
    chosen = next(
        row["session_id"]
        for row in month.truth("session")
        if row["person_id"] in metronomes
    )
    clicks = sorted(
        {
            row["client_ts_ms"]
            for row in month.rows("raw/relyv_session_events")
            if row["session_id"] == chosen and row["event_type"] == "click"
        }
    )
    gaps = {after - before for before, after in pairwise(clicks)}

    assert len(clicks) == 20
    assert gaps == {2000, 4000}
