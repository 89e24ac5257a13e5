"""A batch of calls to the sandbox, as a library would send it."""

from typing import Any
from uuid import uuid4

import httpx

KEY = "a-write-key-for-tests"


def send(url: str, *messages: dict[str, Any], key: str = KEY) -> None:
    """Send these in one request; nulls are left out, and ids are given."""
    batch = [
        {"messageId": str(uuid4())}
        | {name: value for name, value in message.items() if value is not None}
        for message in messages
    ]
    answer = httpx.post(
        f"{url}/v1/batch", json={"batch": batch}, auth=(key, ""), trust_env=False
    )
    answer.raise_for_status()
