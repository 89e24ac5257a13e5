"""Ask a running sandbox what it has, and tell it what to do."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
import orjson


class Inspection:
    """
    A client of the sandbox's own API, for tests and the command line.

    Raises:
        httpx.HTTPError: The sandbox is not there, or does not know what is asked.
    """

    def __init__(self, url: str, *, timeout_seconds: float = 30.0) -> None:
        # No proxy from the environment: a sandbox is next door.
        self._http = httpx.Client(
            base_url=url, timeout=timeout_seconds, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def answers(self) -> bool:
        """Tell whether the sandbox is there and ready."""
        try:
            self.summary()
        except httpx.HTTPError:
            return False
        return True

    def summary(self) -> dict[str, Any]:
        """Requests, messages by stage, drops by code, accepted ones by type, event."""
        summary: dict[str, Any] = self._ask("GET", "/sandbox/summary").json()
        return summary

    def messages(
        self,
        *,
        stage: str = "accepted",
        type: str | None = None,  # noqa: A002
        event: str | None = None,
        user_id: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[dict[str, Any]]:
        """
        Stream what came, in order of arrival.

        Each is {message, write_key_fingerprint, received_at, stage, code}. The stage
        "received" is all of them.
        """
        asked = {
            "stage": stage,
            "type": type,
            "event": event,
            "user_id": user_id,
            "limit": limit,
            "offset": offset,
        }
        return self._lines(
            "/sandbox/messages",
            {name: str(value) for name, value in asked.items() if value is not None},
        )

    def dropped(self) -> list[dict[str, Any]]:
        """All messages that were answered with 200 and dropped, each with its code."""
        return list(self.messages(stage="dropped"))

    def profiles(self) -> Iterator[dict[str, Any]]:
        """Stream {user_id | anonymous_id | group_id, traits}, one a profile."""
        return self._lines("/sandbox/profiles", {})

    def profiles_sync(self, table: str) -> Iterator[dict[str, Any]]:
        """Stream a table of Profiles Sync, such as `user_identifiers`."""
        return self._lines(f"/sandbox/profiles-sync/{table}", {})

    def send_to(
        self,
        url: str,
        *,
        secret: str = "",
        batch_size: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Have what is accepted from now on sent to a webhook, too."""
        webhook = {"url": url, "secret": secret, "batch_size": batch_size}
        fields = {**webhook, "headers": dict(headers or {})}
        self._ask("POST", "/sandbox/webhooks", fields)

    def webhooks(self) -> list[dict[str, Any]]:
        """What became of the events of each webhook, and each attempt."""
        webhooks: list[dict[str, Any]] = self._ask("GET", "/sandbox/webhooks").json()
        return webhooks

    def advance(self, seconds: float) -> None:
        """Let the memory of message ids grow older, and the waits of webhooks pass."""
        self._ask("POST", "/sandbox/clock", {"advance_seconds": seconds})

    def faults(self, responses: Sequence[dict[str, Any]]) -> None:
        """Have the next tracking requests answered so; see sandbox/faults.py."""
        self._ask("POST", "/sandbox/faults", {"responses": list(responses)})

    def clear_faults(self) -> None:
        """Have the next tracking requests answered as usual."""
        self._ask("DELETE", "/sandbox/faults")

    def suppress(self, user_ids: Sequence[str]) -> None:
        """Have messages about these users blocked behind a 200 from now on."""
        self._ask("POST", "/sandbox/suppressions", {"user_ids": list(user_ids)})

    def workspace(
        self,
        *,
        write_keys: Sequence[str] | None = None,
        disabled: Sequence[str] = (),
        is_locked: bool = False,
        blocked_events: Sequence[str] = (),
        tracking_plan: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """
        Have only these sources, and filter what they send, behind a 200.

        Without `write_keys` every key is a source's. The tracking plan is its rules.
        """
        fields = {
            "write_keys": None if write_keys is None else list(write_keys),
            "disabled": list(disabled),
            "is_locked": is_locked,
            "blocked_events": list(blocked_events),
            "tracking_plan": None if tracking_plan is None else list(tracking_plan),
        }
        self._ask("PUT", "/sandbox/workspace", fields)

    def reset(self, *, missed_repeats: float = 0.0) -> None:
        """
        Start afresh: no messages, ids, profiles, regulations, faults or webhooks.

        `missed_repeats` is the share of ids, 0 to 1, that the sandbox never recognises
        when they come again. The same ids are missed each time.
        """
        self._ask("DELETE", f"/sandbox/messages?missed_repeats={missed_repeats}")

    def _ask(self, method: str, path: str, fields: object = None) -> httpx.Response:
        content = None if fields is None else orjson.dumps(fields)
        return self._http.request(method, path, content=content).raise_for_status()

    def _lines(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        with self._http.stream("GET", path, params=query) as response:
            response.raise_for_status()
            for line in _split(response.iter_bytes()):
                yield orjson.loads(line)


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """
    Lines as bytes. Ends of line inside JSON text are escaped, but for those that
    only Unicode knows: httpx's own iter_lines would cut at them.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
