"""What the sandbox's Unify makes of messages, asked for over HTTP as at Segment."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from tests.tracking.tracking_calls import send
from tracking.sandbox.identity_graph import MOST_MERGES, IdentityGraph
from tracking.sandbox.inspection import Inspection


@pytest.fixture
def profile_api(sandbox: Inspection, sandbox_url: str) -> Iterator[httpx.Client]:
    """A client of the Profile API: the token is the user's name."""
    base = f"{sandbox_url}/v1/spaces/spa_1/collections/"
    with httpx.Client(base_url=base, auth=("a-token", ""), trust_env=False) as client:
        yield client


def identify(user_id: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user_id, **fields}


def owners(sandbox: Inspection) -> dict[tuple[str, str], str]:
    return {
        (row["type"], row["value"]): row["canonical_segment_id"]
        for row in sandbox.profiles_sync("user_identifiers")
    }


def test_a_visitor_who_logs_in_is_one_profile(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """Two profiles with one person become one, and the graph says which went."""
    send(
        sandbox_url,
        {"type": "track", "event": "Seen", "anonymousId": "visitor"},
        identify("ann", traits={"email": "ann@example.com"}),
        identify("ann", anonymousId="visitor"),
    )

    assert len(set(owners(sandbox).values())) == 1
    (merge,) = sandbox.profiles_sync("profile_merges")
    assert merge["canonical_segment_id"] == owners(sandbox)["anonymous_id", "visitor"]
    assert merge["segment_id"] != merge["canonical_segment_id"]


def test_a_profile_that_others_merged_into_takes_them_along(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """When p1 merges into p0, what had merged into p1 is told to point to p0."""
    send(
        sandbox_url,
        identify(None, anonymousId="a0"),
        identify(None, anonymousId="a1"),
        identify(None, anonymousId="a2"),
        identify(None, anonymousId="a1", context=external("key", "k")),
        identify(None, anonymousId="a2", context=external("key", "k")),
        identify(None, anonymousId="a0", context=external("key", "k")),
    )

    updates = list(sandbox.profiles_sync("id_graph_updates"))
    latest = {row["segment_id"]: row["canonical_segment_id"] for row in updates}
    assert len(latest) == 3
    assert len(set(latest.values())) == 1
    assert [row["seq"] for row in updates] == sorted(row["seq"] for row in updates)


def test_a_second_user_id_gives_up_the_email(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """Segment's own example: the weaker identifier is given up, and a profile made."""
    send(
        sandbox_url,
        identify("abc123", traits={"email": "jane@example.com"}),
        identify("abc456", traits={"email": "jane@example.com"}),
    )

    found = owners(sandbox)
    assert found["user_id", "abc123"] == found["email", "jane@example.com"]
    assert found["user_id", "abc456"] != found["user_id", "abc123"]


def test_a_sixth_email_is_not_added(sandbox: Inspection, sandbox_url: str) -> None:
    """Five of a type, and no more, but for the one user id."""
    send(
        sandbox_url,
        *(identify("ann", traits={"email": f"{n}@example.com"}) for n in range(6)),
    )

    emails = [value for kind, value in owners(sandbox) if kind == "email"]
    assert emails == [f"{n}@example.com" for n in range(5)]


def test_after_a_hundred_merges_nothing_is_added() -> None:
    """And the message still belongs to the profile of its strongest identifier."""
    numbers = count()
    graph = IdentityGraph()
    first = graph.resolve([("kind0", "0")])
    assert first is not None
    for _ in range(MOST_MERGES + 1):
        number = next(numbers)
        graph.resolve([(f"other{number}", "x")])
        # Of a type each: the limit of five is another matter.
        resolved = graph.resolve([("kind0", "0"), (f"other{number}", "x")])

    assert resolved is not None
    assert resolved.profile is first.profile
    assert len(first.profile.merged) == MOST_MERGES
    assert not resolved.added
    assert not resolved.points_to


def test_an_external_id_wants_all_its_fields(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """And a lower-case type."""
    half = {"externalIds": [{"id": "k1", "type": "key"}]}
    send(
        sandbox_url,
        identify("u1", context=external("key", "k2")),
        identify("u2", context=half),
        identify("u3", context=external("Key", "k3")),
    )

    assert [i for i in owners(sandbox) if i[0].lower() == "key"] == [("key", "k2")]
    (row,) = (
        row
        for row in sandbox.profiles_sync("external_id_mapping_updates")
        if row["external_id_type"] == "key"
    )
    assert row["external_id_hash"] == hashlib.sha1(b"keyk2").hexdigest()


def test_an_alias_merges_nobody(sandbox: Inspection, sandbox_url: str) -> None:
    """As Segment's documentation says of Unify."""
    send(
        sandbox_url,
        identify("old"),
        identify("new"),
        {"type": "alias", "previousId": "old", "userId": "new"},
    )

    assert len(set(owners(sandbox).values())) == 2


def test_the_last_word_on_a_trait_wins_in_a_merge(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """Whichever of the two profiles heard it; and a null takes the trait away."""
    send(
        sandbox_url,
        identify(None, anonymousId="v", traits={"a": 1, "b": 1, "c": 1}),
        identify("ann", traits={"a": 2, "c": None}),
        identify(None, anonymousId="v", traits={"b": 3}),
        identify("ann", anonymousId="v"),
    )

    answer = profile_api.get("users/profiles/user_id:ann/traits").json()
    assert answer["traits"] == {"a": 2, "b": 3}


def test_traits_come_ten_at_a_time(profile_api: httpx.Client, sandbox_url: str) -> None:
    """Or as many as are asked for; the cursor leads on."""
    traits = {f"t{number:02}": number for number in range(25)}
    send(sandbox_url, identify("ann", traits=traits))
    path = "users/profiles/user_id:ann/traits"

    found: dict[str, int] = {}
    cursor = {"has_more": True, "next": ""}
    while cursor["has_more"]:
        answer = profile_api.get(path, params={"next": cursor["next"]}).json()
        assert len(answer["traits"]) <= 10
        found |= answer["traits"]
        cursor = answer["cursor"]

    assert found == traits
    assert len(profile_api.get(path, params={"limit": 200}).json()["traits"]) == 25
    some = profile_api.get(path, params={"include": "t03,t04"}).json()["traits"]
    assert some == {"t03": 3, "t04": 4}
    verbose = profile_api.get(path, params={"verbose": "true", "include": "t03"}).json()
    assert set(verbose["traits"]["t03"]) == {"value", "source_id", "updated_at"}


def test_computed_traits_are_told_from_others(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """By what Engage says of them in its own calls; audiences apart."""

    def computed(kind: str, key: str, value: object) -> dict[str, Any]:
        personas = {"computation_class": kind, "computation_key": key}
        return identify("ann", traits={key: value}, context={"personas": personas})

    send(
        sandbox_url,
        identify("ann", traits={"plan": "x"}),
        computed("trait", "orders", 3),
        computed("audience", "buyers", value=True),
    )

    path = "users/profiles/user_id:ann/traits"
    found = {
        kind: profile_api.get(path, params={"class": kind}).json()["traits"]
        for kind in ("audience", "computed_trait")
    }
    assert found == {"audience": {"buyers": True}, "computed_trait": {"orders": 3}}
    assert len(profile_api.get(path).json()["traits"]) == 3
    assert profile_api.get(path, params={"class": "any"}).status_code == 400


def test_a_hundred_questions_a_second(
    profile_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """Those of one space; the next second brings the next hundred."""
    send(sandbox_url, identify("ann"))
    path = "users/profiles/user_id:ann/traits"

    answers = [profile_api.get(path) for _ in range(101)]
    sandbox.advance(1)

    assert {answer.status_code for answer in answers[:100]} == {200}
    assert answers[100].json()["error"]["code"] == "rate_limit_error"
    assert profile_api.get(path).status_code == 200


def test_external_ids_and_metadata_name_their_messages(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """The first message is the one that brought them."""
    send(
        sandbox_url,
        identify("ann", messageId="m1"),
        identify("ann", messageId="m2", traits={"email": "a+b@example.com"}),
    )

    path = "users/profiles/email:a%2Bb@example.com/"
    ids = profile_api.get(path + "external_ids").json()["data"]
    assert [(i["type"], i["id"], i["first_message_id"]) for i in ids] == [
        ("user_id", "ann", "m1"),
        ("email", "a+b@example.com", "m2"),
    ]
    metadata = profile_api.get(path + "metadata").json()["metadata"]
    assert (metadata["first_message_id"], metadata["last_message_id"]) == ("m1", "m2")


def test_events_are_those_of_two_weeks(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """The newest first."""
    now = datetime.now(UTC)
    send(
        sandbox_url,
        *(
            {
                "type": "track",
                "event": name,
                "userId": "ann",
                "timestamp": (now - timedelta(days=days)).isoformat(),
            }
            for name, days in (("Old", 20), ("Earlier", 3), ("Later", 1))
        ),
    )

    path = "users/profiles/user_id:ann/events"
    names = [event["event"] for event in profile_api.get(path).json()["data"]]
    assert names == ["Later", "Earlier"]
    only = profile_api.get(path, params={"include": "Earlier"}).json()["data"]
    assert [event["event"] for event in only] == ["Earlier"]


def test_a_group_is_an_account(profile_api: httpx.Client, sandbox_url: str) -> None:
    """Under its group id."""
    group = {"type": "group", "userId": "ann", "groupId": "g1", "traits": {"plan": "x"}}
    send(sandbox_url, group)

    answer = profile_api.get("accounts/profiles/group_id:g1/traits").json()
    assert answer["traits"] == {"plan": "x"}


def test_people_and_their_accounts_are_linked_both_ways(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """Each once; two profiles that merge are in the accounts of both."""
    into = {"type": "group", "traits": {}}
    send(
        sandbox_url,
        {**into, "anonymousId": "x", "groupId": "g1"},
        {**into, "userId": "ann", "groupId": "g2"},
        {**into, "userId": "ann", "groupId": "g2"},
        identify("ann", anonymousId="x"),
        {**into, "userId": "bob", "groupId": "g2"},
    )

    accounts = profile_api.get("users/profiles/user_id:ann/links").json()["data"]
    people = profile_api.get("accounts/profiles/group_id:g2/links").json()["data"]
    assert {link["to_collection"] for link in accounts} == {"accounts"}
    assert [link["external_ids"][0]["id"] for link in accounts] == ["g1", "g2"]
    assert {link["to_collection"] for link in people} == {"users"}
    users = [
        each["id"]
        for link in people
        for each in link["external_ids"]
        if each["type"] == "user_id"
    ]
    assert users == ["ann", "bob"]
    too_many = profile_api.get("users/profiles/user_id:ann/links?limit=21")
    assert too_many.status_code == 400


def test_the_profile_api_says_no_as_segments_does(
    profile_api: httpx.Client, sandbox_url: str
) -> None:
    """With a code, and the number of the request."""
    missing = profile_api.get("users/profiles/user_id:nobody/traits")
    assert missing.status_code == 404
    assert missing.json() == {
        "error": {"code": "not_found", "message": "Profile was not found."}
    }
    assert missing.headers["Request-Id"]

    stranger = httpx.get(str(missing.request.url), trust_env=False)
    assert stranger.status_code == 401
    assert stranger.json()["error"]["code"] == "authentication_error"

    send(sandbox_url, identify("ann"))
    path = "users/profiles/user_id:ann/traits"
    assert profile_api.get(path, params={"limit": 201}).status_code == 400


def external(kind: str, value: str) -> dict[str, Any]:
    one = {"id": value, "type": kind, "collection": "users", "encoding": "none"}
    return {"externalIds": [one]}
