"""What a few calls must come to: each story's outcome, and the same in any order."""

import random
import re
from pathlib import Path

import pytest

from tests.identity.builds import Outcome, build
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
