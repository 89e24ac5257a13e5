"""Whose each session of the stories is, by which rule."""

import pytest

from tests.identity.builds import Outcome
from tests.identity.histories import minute
from tests.identity.test_scenarios import named

# The same stories run there in batches: test_increments.py.
KINDS_FOR_ALL = ("postgres",)


def stitch(world: Outcome, session: str) -> tuple[object, str | None, object]:
    row = world.sessions[session]
    owner = named(world, row["profile_id"])
    return row["stitch_rule"], owner, row["is_stitched_retroactively"]


def test_a_session_belongs_to_the_user_identified_in_it(world: Outcome) -> None:
    """
    By Relyv's identify, by a Segment call on the device, or by the session's own user.
    """
    assert stitch(world, "during-s1") == ("during", "during-u1", False)
    assert stitch(world, "during-s2") == ("during", "during-u2", False)
    assert stitch(world, "during-s3") == ("during", "during-u3", False)
    assert world.sessions["during-s2"]["stitch_event_id"] == "during-event2"


def test_the_last_user_holds_a_session_that_changed_hands(world: Outcome) -> None:
    assert stitch(world, "switch-s1") == ("during", "switch-u2", False)


def test_a_change_of_user_splits_the_session_at_the_call(world: Outcome) -> None:
    parts = world.rows(
        "select profile_id, part_number, ended_at from relyv_sessions.session_parts"
        " where session_id = 'switch-s1' order by part_number"
    )

    assert [named(world, part["profile_id"]) for part in parts] == [
        "switch-u1",
        "switch-u2",
    ]
    assert parts[0]["ended_at"] == minute(1020)


def test_a_device_without_doubt_brings_its_sessions(world: Outcome) -> None:
    """
    The session came before the login: it is stitched when the login comes.
    """
    assert stitch(world, "graph-s1") == ("graph", "graph-u1", True)
    assert world.sessions["graph-s1"]["stitch_event_id"] == "graph-event1"
    assert stitch(world, "graph-stranger") == ("graph", "graph-a2", False)
    assert stitch(world, "graph-nobody") == ("anonymous", None, False)


@pytest.mark.parametrize(
    ("session", "rule", "user"),
    [
        ("before", "next", "shared_device-u1"),
        ("between", "next", "shared_device-u2"),
        ("after", "previous", "shared_device-u2"),
        ("much_later", "anonymous", None),
        ("another_day", "anonymous", None),
        ("junk", "next", "shared_device-u2"),
    ],
)
def test_a_shared_device_goes_by_its_logins(
    world: Outcome, session: str, rule: str, user: str | None
) -> None:
    """
    Next, else previous, in the same sitting; a junk user id identifies nobody.
    """
    expected = (rule, user, user is not None)

    assert stitch(world, f"shared_device-{session}") == expected


def test_a_sitting_without_a_login_is_one_visitor(world: Outcome) -> None:
    visitors = {
        session: world.sessions[f"shared_device-{session}"]["visitor_id"]
        for session in ("much_later", "with_it", "another_day")
    }

    assert visitors == {
        "much_later": "shared_device-much_later",
        "with_it": "shared_device-much_later",
        "another_day": "shared_device-another_day",
    }


def test_an_email_names_whoever_is_on_a_shared_device(world: Outcome) -> None:
    """
    For its sitting, as a login does; the address is the profile of somebody's tablet.
    """
    address = "named_by_email-e@x.io"

    assert stitch(world, "named_by_email-s1")[:2] == ("during", address)
    assert stitch(world, "named_by_email-s2")[:2] == ("previous", address)


@pytest.mark.parametrize(
    ("session", "rule", "user"),
    [
        ("s0", "during", "forgetful_device-u1"),
        ("beside", "previous", "forgetful_device-u1"),
        ("s1", "anonymous", None),
        ("s3", "anonymous", None),
    ],
)
def test_a_device_that_forgets_its_user_is_not_theirs_alone(
    world: Outcome, session: str, rule: str, user: str | None
) -> None:
    """
    Logged in twice, logged out four times since: others use it, too.
    """
    assert stitch(world, f"forgetful_device-{session}")[:2] == (rule, user)


@pytest.mark.parametrize(
    ("session", "rule", "address"),
    [
        ("a1-0", "during", "e1"),
        ("a1-40", "during", "e1"),
        ("a1-2000", "anonymous", None),
        ("a2-0", "during", "e2"),
        ("a2-40", "graph", "e2"),
        ("a2-2000", "graph", "e2"),
    ],
)
def test_a_device_forgets_an_address_only_if_it_kept_it_for_a_while(
    world: Outcome, session: str, rule: str, address: str | None
) -> None:
    """
    Two visits of one sitting told e1, and three others did not. e2 was typed in once.
    """
    name = f"forgetful_address-{address}@x.io" if address else None

    assert stitch(world, f"forgetful_address-{session}")[:2] == (rule, name)


def test_a_deleted_person_has_no_session(world: Outcome) -> None:
    """
    Nor any trace in the session of somebody else.
    """
    assert "deleted-s1" not in world.sessions
    assert stitch(world, "deleted-s2") == ("graph", "deleted-u2", True)
