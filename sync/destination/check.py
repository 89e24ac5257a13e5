"""Is a source's key the right one, before the first call? Segment says 200 to any.

What is found right is kept: `checked.py`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import orjson

from sync.destination.address import Destination
from sync.destination.checked import CONFIRMED, is_checked, record_check
from sync.destination.foreign import ForeignCalls
from sync.errors import DestinationUnchecked
from tracking import Outcome, Region, Retry
from tracking.client import TrackingClient
from tracking.source_settings import CDN, KeyVerdict, key_verdict
from warehouse import Warehouse

TEST_EVENT = "Relyv Connection Test"
_TWICE = Retry(attempts=2, budget_seconds=10, rate_limit_seconds=10)
_A_PERSON_CAN_TELL = (KeyVerdict.UNKNOWN, KeyVerdict.UNSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationCheck:
    """
    What is known of a destination; `connection` is empty where all is well.

    `foreign_calls` warn: other calls come by the same key, in one of the schemas that
    Segment writes to this warehouse.
    """

    source: str
    region: str
    key_fingerprint: str
    connection: str
    verdict: str
    foreign_calls: Sequence[ForeignCalls] = ()

    @property
    def needs_a_person(self) -> bool:
        """Whether a test call, and a look into the Debugger, would settle it."""
        return not self.connection and self.verdict in _A_PERSON_CAN_TELL

    @property
    def is_good(self) -> bool:
        """Whether a run may begin to send."""
        return not self.connection and self.verdict in (KeyVerdict.KNOWN, CONFIRMED)


def check_destination(
    warehouse: Warehouse,
    destination: Destination,
    *,
    transport: httpx.BaseTransport | None = None,
) -> DestinationCheck:
    """
    Ask the Tracking API for an answer and the CDN for the key, and keep a good result.

    Nothing is sent but an empty batch.
    """
    with _client(destination, transport) as client:
        answer = client.post([])
    is_wrong = answer.outcome in (Outcome.UNSURE, Outcome.STOP)
    verdict: str = key_verdict(
        destination.write_key,
        hosts=_hosts(destination),
        cdn=destination.settings_endpoint or CDN,
        transport=transport,
    )
    if verdict in _A_PERSON_CAN_TELL and is_checked(warehouse, destination):
        verdict = CONFIRMED
    check = DestinationCheck(
        source=destination.source,
        region=destination.region,
        key_fingerprint=destination.key_fingerprint,
        connection=answer.reason if is_wrong else "",
        verdict=verdict,
    )
    if check.is_good:
        record_check(warehouse, destination, verdict)
    return check


def explanation(check: DestinationCheck) -> str:
    """What is wrong and what to do about it, in two sentences or three."""
    what = f"The Segment source '{check.source}' ({check.region})"
    if check.connection:
        return (
            f"{what} does not answer as it should: {check.connection}. Check the "
            "network, the region and the write key. Nothing was sent."
        )
    if check.verdict == KeyVerdict.ELSEWHERE:
        return (
            f"{what} lives in the other region: Segment would answer 200 and lose "
            f"every call. Set SEGMENT_{check.source.upper()}_REGION. Nothing was sent."
        )
    return (
        f"{what}: Segment's CDN does not confirm the write key "
        f"{check.key_fingerprint}, and Segment answers 200 to a wrong one. Run "
        f"`relyv sync check --source {check.source} --test-call` once and look into "
        "the source's Debugger. Nothing was sent."
    )


def send_test_call(destination: Destination) -> str:
    """
    Send one track call that says what it is; returns its messageId.

    Raises:
        DestinationUnchecked: It was not taken.
    """
    message_id = f"relyv-check-{uuid.uuid4()}"
    message = {
        "type": "track",
        "event": TEST_EVENT,
        "anonymousId": "relyv-connection-test",
        "messageId": message_id,
        "integrations": {"All": False},
        "context": {"integration": {"name": "relyv-segment"}},
    }
    with _client(destination, None) as client:
        answer = client.post([orjson.dumps(message)])
    if answer.outcome is not Outcome.ACCEPTED:
        raise DestinationUnchecked(f"The test call was not taken: {answer.reason}.")
    return message_id


def _client(
    destination: Destination, transport: httpx.BaseTransport | None
) -> TrackingClient:
    return TrackingClient(
        destination.endpoint,
        destination.write_key,
        connections=1,
        retry=_TWICE,
        transport=transport,
    )


def _hosts(destination: Destination) -> frozenset[str]:
    """The region's own host, and that of a proxy in front of it."""
    addresses = [destination.endpoint]
    if destination.region in list(Region):
        addresses.append(Region(destination.region).endpoint)
    return frozenset(urlsplit(address).netloc for address in addresses)
