"""What a few calls must come to: each story's outcome, and the same in any order."""

import random
import re
from pathlib import Path

import pytest

from tests.identity.builds import Outcome, build
from tests.identity.histories import minute
from tests.identity.stories import BLOCKED, overrides, story_names, tell_all
from tests.warehouses import Place

# The same stories run there in batches: test_increments.py.
KINDS_FOR_ALL = ("postgres",)

ANONYMOUS = "anonymous_id"
EMAIL = "email"
USER = "user_id"
NAMES = {"a": ANONYMOUS, "u": USER, "e": EMAIL}

# Identifiers that share a profile stand together; those after the bar have none.
PARTITIONS = {
    "login": "u1 a1",
    "two_devices": "u1 a1 a2",
    "stranger": "a1",
    "newsletter": "e@x.io a1 a2",
    "mail_then_login": "u1 e@x.io a1 a2",
    "junk_users": "a1, a2, a3",
    "nil_device": "u1, u2",
    "own_blocked_value": "a1, a2",
    "lent_laptop": "u1, u2 | a1",
    "chain": "u1 a1, u2 a2 | e@x.io",
    "alias": "u2 u1 a1 a2",
    "alias_unshares": "u2 u1 a1",
    "alias_chain": "u3 u1 u2 a1 a3",
    "alias_back": "u1 u2",
    "alias_to_junk": "u1 a1, u2 a2",
    "alias_from_device": "u1 a1",
    "two_accounts_one_mail": "u1 a1, u2 a2 | e@x.io",
    "mail_first": "u1 e@x.io, u2 | a9",
    "late_event": "e@x.io a1 a2",
    "moves_once": "u1 a1 a2",
    "strangers_meet": "a1 a2",
    "server_event": "u1 a1",
    "override_unlinks": "u1 a1, u2",
    "override_joins": "u1 u2 a1 a2",
    "override_joins_device": "u1 a1 a9",
    "override_kiosk": "u1 | a1",
    "forgetful_device": "u1 a1",
    "forgetful_address": "e1@x.io a1, e2@x.io a2",
    "named_by_email": "u1, u2, e@x.io a2 | a1",
    "repeated_event": "u1 a1",
    "context_anonymous": "u1 a1",
    "deleted": "u2 a2",
    "echo": "u1 a1",
    "from_the_future": "u1 a1",
    "many_mails": "u1 a1 a7 e1@x.io e2@x.io e3@x.io e4@x.io e5@x.io, e6@x.io, e7@x.io",
}


def identifier(story: str, short: str) -> tuple[str, str]:
    return NAMES[short[0]], f"{story}-{short}"


def profile(world: Outcome, story: str, short: str) -> str | None:
    owner = world.mapping[identifier(story, short)]["profile_id"]
    return None if owner is None else str(owner)


def named(world: Outcome, profile_id: object) -> str | None:
    """The canonical value of a profile: readable, unlike its id."""
    if profile_id is None:
        return None
    return str(world.profiles[str(profile_id)]["canonical_value"])


def stitch(world: Outcome, session: str) -> tuple[object, str | None, object]:
    row = world.sessions[session]
    owner = named(world, row["profile_id"])
    return row["stitch_rule"], owner, row["is_stitched_retroactively"]


@pytest.mark.parametrize(("story", "expected"), PARTITIONS.items(), ids=PARTITIONS)
def test_the_story_comes_to_these_profiles(
    world: Outcome, story: str, expected: str
) -> None:
    """
    Each group is one profile, named by its first identifier; nothing else is known.
    """
    groups, _, shared = expected.partition("|")
    owners: dict[tuple[str, str], str | None] = {
        identifier(story, short): identifier(story, group.split()[0])[1]
        for group in groups.split(",")
        for short in group.split()
    }
    owners |= dict.fromkeys((identifier(story, each) for each in shared.split()), None)

    found = {
        key: named(world, row["profile_id"])
        for key, row in world.mapping.items()
        if key[1].startswith(f"{story}-")
    }

    assert found == owners


def test_one_value_under_two_types_is_two_profiles(world: Outcome) -> None:
    value = "one_value_two_types-42"

    owners = {
        kind: world.mapping[kind, value]["profile_id"]
        for kind in NAMES.values()
        if (kind, value) in world.mapping
    }

    assert set(owners) == {ANONYMOUS, USER}
    assert owners[ANONYMOUS] != owners[USER]


def test_case_counts_in_user_ids_and_not_in_mail(world: Outcome) -> None:
    assert profile(world, "spelling", "a1") == profile(world, "spelling", "a2")
    assert (EMAIL, "spelling@x.io") in world.mapping
    upper = world.mapping[USER, "spelling-U1"]["profile_id"]
    assert upper != profile(world, "spelling", "u1")


def test_a_nil_device_is_no_identifier(world: Outcome) -> None:
    assert (ANONYMOUS, "00000000-0000-0000-0000-000000000000") not in world.mapping


def test_a_super_node_joins_nobody(world: Outcome) -> None:
    """
    150 devices and the mailbox that they all typed are 151 profiles.
    """
    owners = {
        key: row["profile_id"]
        for key, row in world.mapping.items()
        if key[1].startswith("super_node-")
    }
    mailbox = world.mapping[EMAIL, "super_node-test@test.com"]

    assert len(set(owners.values())) == len(owners) == 151
    assert mailbox["status"] == "quarantined"
    assert world.rows(
        "select identifier_value, degree from relyv_identity.quarantined_identifiers"
    ) == [{"identifier_value": "super_node-test@test.com", "degree": 150}]


def test_what_is_over_a_limit_goes_alone(world: Outcome) -> None:
    """
    A sixth and a seventh e-mail are on their own; the device behind the latter is not.
    """
    statuses = {
        value.removeprefix("many_mails-"): row["status"]
        for (_, value), row in world.mapping.items()
        if value.startswith("many_mails-") and row["status"] != "owned"
    }
    device = world.mapping[ANONYMOUS, "many_mails-a7"]

    assert statuses == {"e6@x.io": "over_limit", "e7@x.io": "over_limit"}
    assert device["triggering_event_id"] == "many_mails-event8"
    assert merges(world, "many_mails") == []


def test_a_kiosk_belongs_to_nobody_and_home_to_its_user(world: Outcome) -> None:
    kiosk = world.mapping[ANONYMOUS, "kiosk-kiosk"]
    home = world.mapping[ANONYMOUS, "kiosk-home"]

    assert (kiosk["status"], kiosk["profile_id"]) == ("shared", None)
    assert home["profile_id"] == profile(world, "kiosk", "u1")


def test_what_lies_behind_a_shared_identifier_is_its_own(world: Outcome) -> None:
    other = world.mapping[EMAIL, "behind-other@x.io"]["profile_id"]

    assert profile(world, "behind", "e@x.io") is None
    assert profile(world, "behind", "a2") == other
    assert named(world, profile(world, "behind", "a1")) == "behind-a1"
    assert named(world, other) == "behind-other@x.io"


def test_a_previous_id_that_becomes_a_user_is_one(world: Outcome) -> None:
    """
    It was an anonymous id when the alias came; a later call made it a user id.
    """
    user = world.mapping[USER, "alias_from_later_user-x1"]["profile_id"]
    device = world.mapping[ANONYMOUS, "alias_from_later_user-x1"]["profile_id"]

    assert user == profile(world, "alias_from_later_user", "u1")
    assert device != user


def test_the_first_received_device_names_the_profile(world: Outcome) -> None:
    """
    An older event that arrives later does not rename a profile.
    """
    owner = world.mapping[ANONYMOUS, "late_device-a"]["profile_id"]

    assert named(world, owner) == "late_device-z"


def merges(world: Outcome, story: str) -> list[tuple[str, str, object]]:
    rows = world.rows(
        "select loser.identifier_value as loser, winner.identifier_value as winner,"
        " merges.triggering_event_id as event"
        " from relyv_identity.profile_merges as merges"
        " inner join relyv_identity.external_id_mapping as loser"
        " on merges.profile_id = loser.external_id_hash"
        " inner join relyv_identity.external_id_mapping as winner"
        " on merges.canonical_profile_id = winner.external_id_hash"
        " order by loser"
    )
    return [
        (str(row["loser"]), str(row["winner"]), row["event"])
        for row in rows
        if str(row["loser"]).startswith(f"{story}-")
    ]


def test_a_login_moves_the_anonymous_profile_once(world: Outcome) -> None:
    assert merges(world, "moves_once") == [
        ("moves_once-a1", "moves_once-u1", "moves_once-event2")
    ]


def test_two_anonymous_profiles_meet_in_one_merge(world: Outcome) -> None:
    assert merges(world, "strangers_meet") == [
        ("strangers_meet-a2", "strangers_meet-a1", "strangers_meet-event3")
    ]


def test_an_alias_is_a_merge(world: Outcome) -> None:
    assert merges(world, "alias") == [("alias-u1", "alias-u2", "alias-event3")]


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


def test_a_crm_id_finds_its_profile(world: Outcome) -> None:
    """
    An account's id, or one of an unknown type, finds nobody.
    """
    found = world.mapping["salesforce_id", "crm-sf1"]

    assert found["profile_id"] == profile(world, "crm", "u1")
    assert ("hubspot_id", "crm-hs1") not in world.mapping
    assert "shoe_size" not in {kind for kind, _ in world.mapping}


def test_a_phone_is_one_however_it_is_written(world: Outcome) -> None:
    """
    As an external id, in traits, in context.traits and in Relyv's own identify. Without
    a country it keeps its digits; nobody guesses that 1 is one.
    """
    joined = {profile(world, "phones", f"a{number}") for number in (1, 2, 3, 4)}
    bare = {profile(world, "phones", f"a{number}") for number in (5, 6)}
    phones = {value for kind, value in world.mapping if kind == "phone"}

    assert phones == {"+12025550123", "0171999888", "12025550123"}
    assert len(joined) == len(bare) == 1
    assert joined == {world.mapping["phone", "+12025550123"]["profile_id"]}
    assert profile(world, "phones", "a7") not in joined | bare
    # Zeros are nobody's number.
    assert profile(world, "phones", "a8") != profile(world, "phones", "a9")


def test_a_crm_id_may_be_a_trait(world: Outcome) -> None:
    found = world.mapping["salesforce_id", "traits-sf1"]["profile_id"]

    assert profile(world, "traits", "a1") == profile(world, "traits", "a2") == found


def test_a_deleted_person_leaves_no_trace(world: Outcome) -> None:
    """
    Not in the graph, and not through the session of somebody else.
    """
    assert "deleted-s1" not in world.sessions
    assert stitch(world, "deleted-s2") == ("graph", "deleted-u2", True)


def test_a_repeated_event_counts_once(world: Outcome) -> None:
    events = world.rows(
        "select received_at from relyv_staging.stg_segment__calls"
        " where event_id = 'repeated_event-same'"
    )

    assert len(events) == 1


def test_a_chain_of_3000_links_is_one_profile(world: Outcome) -> None:
    owners = {
        row["profile_id"]
        for key, row in world.mapping.items()
        if key[1].startswith("long_chain-")
    }

    assert len(owners) == 1
    assert named(world, owners.pop()) == "long_chain-a0"


def test_row_order_changes_nothing(
    world: Outcome, place: Place, tmp_path: Path
) -> None:
    history = tell_all()
    shuffle = random.Random(20260122).shuffle
    for rows in history.rows.values():
        shuffle(rows)

    again = build(history, tmp_path, place, blocked=BLOCKED, overrides=overrides())

    assert again.mapping == world.mapping
    assert again.profiles == world.profiles
    assert again.sessions == world.sessions


def test_every_story_is_told_in_words() -> None:
    """
    The page for newcomers leaves none out and tells of none that is not there.
    """
    page = (Path(__file__).parent / "README.md").read_text()
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    assert sorted(told) == sorted(story_names())
