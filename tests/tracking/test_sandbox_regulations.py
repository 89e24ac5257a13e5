"""Deletion and suppression in the sandbox, over HTTP as the Public API has them."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.tracking.tracking_calls import send
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


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (regulation("ERASE", "ann"), "regulationType"),
        (regulation("DELETE_ONLY", "v", subjectType="ANONYMOUS_ID"), "subjectType"),
        (regulation("DELETE_ONLY"), "subjectIds"),
        (regulation("DELETE_ONLY", *map(str, range(5_001))), "subjectIds"),
    ],
    ids=["type", "anonymous", "none", "too-many"],
)
def test_what_segment_refuses_is_an_error_that_names_the_field(
    public_api: httpx.Client, body: dict[str, Any], field: str
) -> None:
    """In the Public API's envelope."""
    answer = public_api.post("/regulations", json=body)

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


def users_of(sandbox: Inspection) -> set[str]:
    rows = sandbox.profiles_sync("user_identifiers")
    return {row["value"] for row in rows if row["type"] == "user_id"}
