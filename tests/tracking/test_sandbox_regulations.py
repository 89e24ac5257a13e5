"""Deletion and suppression in the sandbox, over HTTP as the Public API has them."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.tracking.tracking_calls import KEY, send
from tracking import write_key_fingerprint
from tracking.sandbox.inspection import Inspection

DAY = 24 * 60 * 60


@pytest.fixture
def public_api(sandbox: Inspection, sandbox_url: str) -> Iterator[httpx.Client]:
    """A client with a token."""
    headers = {"Authorization": "Bearer a-token"}
    with httpx.Client(base_url=sandbox_url, headers=headers, trust_env=False) as client:
        yield client


def regulation(kind: str, *user_ids: str, **fields: Any) -> dict[str, Any]:
    body = {"regulationType": kind, "subjectType": "USER_ID"}
    return {**body, "subjectIds": list(user_ids), **fields}


def identify(user_id: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user_id, "traits": traits}


def test_a_suppressed_user_is_blocked_behind_a_200_until_unsuppressed(
    public_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """And is on the list that a sync is to read."""
    public_api.post("/regulations", json=regulation("SUPPRESS_ONLY", "ann"))
    send(sandbox_url, identify("ann"), identify("bob"))

    assert sandbox.summary()["suppressed"] == 1
    listed = public_api.get("/suppressions").json()["data"]["suppressed"]
    assert listed == [{"subjectType": "USER_ID", "subjectIds": ["ann"]}]

    public_api.post("/regulations", json=regulation("UNSUPPRESS", "ann"))
    send(sandbox_url, identify("ann"))
    assert sandbox.summary()["suppressed"] == 1
    assert public_api.get("/suppressions").json()["data"]["suppressed"] == []


def test_a_deleted_user_comes_back_with_the_next_call(
    public_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """Which is why a sync keeps a list of its own."""
    send(sandbox_url, identify("ann", plan="x"), identify("bob"))
    assert users_of(sandbox) == {"ann", "bob"}
    public_api.post("/regulations", json=regulation("DELETE_ONLY", "ann"))
    assert {profile["user_id"] for profile in sandbox.profiles()} == {"bob"}
    assert users_of(sandbox) == {"bob"}
    assert (sandbox.summary()["deleted"], sandbox.summary()["accepted"]) == (1, 1)

    send(sandbox_url, identify("ann"))
    assert {"user_id": "ann", "traits": {}} in list(sandbox.profiles())
    assert users_of(sandbox) == {"ann", "bob"}


def test_a_regulation_is_listed_for_90_days(
    public_api: httpx.Client, sandbox: Inspection
) -> None:
    """Then there is no such regulation."""
    made = public_api.post("/regulations", json=regulation("SUPPRESS_ONLY", "ann"))
    regulate_id = made.json()["data"]["regulateId"]
    found = public_api.get(f"/regulations/{regulate_id}").json()["data"]["regulation"]
    assert (found["id"], found["overallStatus"]) == (regulate_id, "FINISHED")
    assert len(public_api.get("/regulations").json()["data"]["regulations"]) == 1

    sandbox.advance(90 * DAY + 1)
    gone = public_api.get(f"/regulations/{regulate_id}")
    assert gone.status_code == 404
    assert gone.json()["errors"][0]["type"] == "not-found"


def test_a_source_lists_its_own(public_api: httpx.Client) -> None:
    """A regulation of the workspace is not among them."""
    public_api.post("/regulations", json=regulation("SUPPRESS_ONLY", "ann"))
    public_api.post("/regulations/sources/s1", json=regulation("SUPPRESS_ONLY", "bob"))

    listed = public_api.get("/regulations/sources/s1").json()["data"]["regulations"]
    assert len(listed) == 1


def test_a_source_is_silent_about_whom_it_alone_suppresses(
    public_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """And what it deletes is what came by it; a source is named by its key's mark."""
    by_web, by_app = identify("ann", plan="x"), identify("ann", seats=1)
    send(sandbox_url, by_web, key=KEY)
    send(sandbox_url, by_app, key="the-key-of-the-app")
    web = write_key_fingerprint(KEY)
    public_api.post(
        f"/regulations/sources/{web}", json=regulation("SUPPRESS_WITH_DELETE", "ann")
    )
    assert list(sandbox.profiles()) == [{"user_id": "ann", "traits": {"seats": 1}}]

    send(sandbox_url, by_web, key=KEY)
    send(sandbox_url, identify("ann", seats=2), key="the-key-of-the-app")
    assert sandbox.summary()["suppressed"] == 1
    assert list(sandbox.profiles()) == [{"user_id": "ann", "traits": {"seats": 2}}]
    assert public_api.get("/suppressions").json()["data"]["suppressed"] == []


def test_a_workspace_outweighs_its_sources(
    public_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """Whom it suppresses, no source can let through."""
    web = f"/regulations/sources/{write_key_fingerprint(KEY)}"
    public_api.post("/regulations", json=regulation("SUPPRESS_ONLY", "ann"))
    public_api.post(web, json=regulation("UNSUPPRESS", "ann"))

    send(sandbox_url, identify("ann"))

    assert sandbox.summary()["suppressed"] == 1


def test_objects_of_a_cloud_source_are_regulated(
    public_api: httpx.Client, sandbox: Inspection, sandbox_url: str
) -> None:
    """They are in a collection, and nobody's profile is touched by it."""
    send(sandbox_url, identify("17"))
    body = regulation("DELETE_ONLY", "17", subjectType="OBJECT_ID", collection="users")

    made = public_api.post("/regulations/cloudsources/crm", json=body)

    regulate_id = made.json()["data"]["regulateId"]
    assert public_api.get(f"/regulations/{regulate_id}").status_code == 200
    assert users_of(sandbox) == {"17"}


def test_an_archive_knows_visitors(public_api: httpx.Client) -> None:
    """A source may delete from its archive alone, and that by anonymous ids."""
    body = regulation("DELETE_ARCHIVE_ONLY", "v", subjectType="ANONYMOUS_ID")

    assert public_api.post("/regulations/sources/s1", json=body).status_code == 200
    assert public_api.post("/regulations", json=body).status_code == 422


CLOUD, SOURCE = "/cloudsources/crm", "/sources/s1"
OBJECT = {"subjectType": "OBJECT_ID"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", regulation("ERASE", "ann"), "regulationType"),
        ("", regulation("DELETE_ONLY", "v", subjectType="ANONYMOUS_ID"), "subjectType"),
        ("", regulation("DELETE_ONLY"), "subjectIds"),
        ("", regulation("DELETE_ONLY", *map(str, range(5_001))), "subjectIds"),
        (SOURCE, regulation("DELETE_ONLY", "1", **OBJECT), "subjectType"),
        (
            SOURCE,
            regulation("DELETE_ONLY", "v", subjectType="ANONYMOUS_ID"),
            "subjectType",
        ),
        (CLOUD, regulation("DELETE_ONLY", "ann", collection="users"), "subjectType"),
        (CLOUD, regulation("DELETE_ONLY", "1", **OBJECT), "collection"),
    ],
    ids=[
        "type",
        "anonymous",
        "none",
        "too-many",
        "object-of-a-source",
        "anonymous-of-a-source",
        "user-of-a-cloud-source",
        "no-collection",
    ],
)
def test_what_segment_refuses_is_an_error_that_names_the_field(
    public_api: httpx.Client, path: str, body: dict[str, Any], field: str
) -> None:
    """In the Public API's envelope."""
    answer = public_api.post(f"/regulations{path}", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_no_token_is_no_answer(public_api: httpx.Client) -> None:
    """401, in the same envelope."""
    answer = public_api.get("/regulations", headers={"Authorization": ""})

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["type"] == "unauthorized"


def test_six_hundred_requests_a_minute(
    public_api: httpx.Client, sandbox: Inspection
) -> None:
    """Each answer counts down; then 429 says when to come again."""
    first = public_api.get("/suppressions").headers
    assert (first["X-RateLimit-Consumed"], first["X-RateLimit-Remaining"]) == (
        "1",
        "599",
    )
    assert parsedate_to_datetime(first["X-RateLimit-Reset"])

    answers = [public_api.get("/suppressions").status_code for _ in range(600)]
    assert answers == [200] * 599 + [429]
    refused = public_api.get("/suppressions")
    assert 0 < int(refused.headers["Retry-After"]) <= 60

    sandbox.advance(60)
    assert public_api.get("/suppressions").status_code == 200


def test_so_many_users_are_deleted_in_a_month(
    public_api: httpx.Client, sandbox: Inspection
) -> None:
    """
    Those that destinations are told of count apart from the others; to suppress costs
    nothing.
    """

    def answers(kind: str, calls: int) -> list[int]:
        ids = [f"u{number}" for number in range(5_000)]
        body = regulation(kind, *ids)
        return [
            public_api.post("/regulations", json=body).status_code for _ in range(calls)
        ]

    assert answers("DELETE_ONLY", 23) == [200] * 22 + [429]
    assert answers("DELETE_INTERNAL", 1) == [200]
    assert answers("SUPPRESS_ONLY", 1) == [200]
    sandbox.advance(31 * DAY)
    assert answers("DELETE_ONLY", 1) == [200]


def users_of(sandbox: Inspection) -> set[str]:
    rows = sandbox.profiles_sync("user_identifiers")
    return {row["value"] for row in rows if row["type"] == "user_id"}
