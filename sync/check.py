"""Is a source's key the right one, before the first call? Segment says 200 to any.

The answer is asked for once per destination and kept in the ledger's schema.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import orjson
from sqlalchemy import Column, DateTime, MetaData, String, Table, exists, insert, select
from sqlalchemy.schema import CreateSchema

from sync.destination import DEMO_TARGET, Destination
from sync.errors import DestinationUnchecked
from sync.foreign import ForeignCalls
from tracking import Outcome, Region, Retry, TrackingClient
from tracking.source_settings import CDN, KeyVerdict, key_verdict
from warehouse import Warehouse
from warehouse.clock import utc_now
from warehouse.ddl import table_exists

TEST_EVENT = "Relyv Connection Test"
_TWICE = Retry(attempts=2, budget_seconds=10, rate_limit_seconds=10)
_CONFIRMED = "confirmed"
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
        return not self.connection and self.verdict in (KeyVerdict.KNOWN, _CONFIRMED)


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
        verdict = _CONFIRMED
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


def require_checked(warehouse: Warehouse, destination: Destination) -> None:
    """
    Let a run go on whose destination is known to be right; ask once.

    The sandbox of the target `demo` takes any key, and there is nothing to ask.

    Raises:
        DestinationUnchecked: It is wrong, or only a person can tell.
    """
    if warehouse.target == DEMO_TARGET or is_checked(warehouse, destination):
        return
    check = check_destination(warehouse, destination)
    if not check.is_good:
        raise DestinationUnchecked(explanation(check))


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


def is_checked(warehouse: Warehouse, destination: Destination) -> bool:
    """Whether this key in this region was found right before."""
    checks = _checks(warehouse)
    with warehouse.engine.connect() as connection:
        if not table_exists(connection, checks):
            return False
        found = exists().where(
            checks.c.source == destination.source,
            checks.c.region == destination.region,
            checks.c.key_fingerprint == destination.key_fingerprint,
        )
        return bool(connection.scalar(select(found)))


def record_check(
    warehouse: Warehouse, destination: Destination, verdict: str = _CONFIRMED
) -> None:
    """Keep that a destination is right; a person's word counts as `confirmed`."""
    checks = _checks(warehouse)
    with warehouse.engine.begin() as connection:
        connection.execute(CreateSchema(str(checks.schema), if_not_exists=True))
        checks.create(connection, checkfirst=True)
        connection.execute(
            insert(checks).values(
                source=destination.source,
                region=destination.region,
                key_fingerprint=destination.key_fingerprint,
                verdict=str(verdict),
                checked_at=utc_now(),
            )
        )


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


def _checks(warehouse: Warehouse) -> Table:
    return Table(
        "destination_checks",
        MetaData(),
        Column("source", String(100)),
        Column("region", String(10)),
        Column("key_fingerprint", String(64)),
        Column("verdict", String(20)),
        Column("checked_at", DateTime),
        schema=warehouse.step_schema("ledger"),
    )
