"""The faults that a test scripts, and the memory that is not perfect."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.eventually import eventually
from tracking.sandbox.inspection import Inspection


def post(http: httpx.Client, *ids: str) -> int:
    """One compressed batch of identifies with these ids; its status."""
    batch: list[dict[str, Any]] = [
        {"type": "identify", "userId": each, "messageId": each} for each in ids
    ]
    body = gzip.compress(json.dumps({"batch": batch}).encode())
    headers = {"Content-Encoding": "gzip"}
    return http.post("/v1/batch", content=body, headers=headers).status_code


def test_a_fault_can_follow_one_message(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    Whichever batch it is in, compressed or not; the others pass.
    """
    sandbox.faults([{"status": 400, "matches": "poison", "times": 2}])

    statuses = [post(http, each) for each in ("a", "poison", "b", "poison", "poison")]

    assert statuses == [200, 400, 200, 400, 200]


def test_a_fault_can_begin_half_way_and_be_taken_back(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    Two requests are answered, then none until the destination is up again.
    """
    sandbox.faults([{"status": 503, "after": 2, "times": 100}])

    before = [post(http, each) for each in "abcd"]
    sandbox.clear_faults()

    assert before == [200, 200, 503, 503]
    assert post(http, "e") == 200


def test_an_answer_that_comes_after_a_reset_is_not_counted(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    Nobody waits for it any more; the next one is answered after it, and counts alone.
    """
    sandbox.faults([{"status": 200, "store": True, "delay_seconds": 0.5}])
    call = {"type": "identify", "userId": "early", "messageId": "early"}
    with pytest.raises(httpx.ReadTimeout):
        http.post(
            "/v1/batch", json={"batch": [call]}, timeout=httpx.Timeout(5, read=0.2)
        )
    eventually(lambda: len(list(sandbox.messages(stage="received"))) == 1)

    sandbox.reset()
    sandbox.faults([{"status": 200, "delay_seconds": 0.5}])
    status = post(http, "a")

    assert status == 200
    assert sandbox.summary()["answers"] == {"200": 1}


def test_a_memory_that_is_not_perfect_misses_the_same_ids(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    About 1 of 100 ids comes through twice, and a perfect memory misses none.
    """
    ids = [f"id-{number}" for number in range(2_000)]

    def repeated() -> list[str]:
        post(http, *ids)
        post(http, *ids)
        kept = [line["message"]["messageId"] for line in sandbox.messages()]
        return sorted(kept[len(ids) :])

    perfect = repeated()
    sandbox.reset(missed_repeats=0.01)
    first = repeated()
    sandbox.reset(missed_repeats=0.01)
    second = repeated()

    assert perfect == []
    assert first == second
    assert 5 <= len(first) <= 40


def test_a_suppressed_user_is_blocked_behind_a_200(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    As at Segment: the sender cannot know, and no profile shows it.
    """
    sandbox.suppress(["gone"])

    assert post(http, "gone", "here") == 200

    summary = sandbox.summary()
    assert (summary["suppressed"], summary["accepted"]) == (1, 1)
    assert [row["user_id"] for row in sandbox.profiles()] == ["here"]
