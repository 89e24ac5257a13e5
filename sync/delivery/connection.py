"""Where calls go and how hard to push -> the client of one run, and its pace."""

from typing import TYPE_CHECKING

from sync.config.manifest import Sync
from sync.destination.address import Destination
from sync.options import DeliverySettings, rate_of
from tracking import Pace, Retry

if TYPE_CHECKING:
    from tracking.client import TrackingClient


def pace_of(sync: Sync, delivery: DeliverySettings) -> Pace:
    """So many requests and events a second."""
    rate = rate_of(sync, delivery)
    return Pace(requests_per_second=rate.requests, events_per_second=rate.events)


def client_of(
    destination: Destination, delivery: DeliverySettings, pace: Pace
) -> "TrackingClient":
    """A client that tries again as the environment says."""
    # It brings HTTP with it, which a run with nothing to send does without.
    from tracking.client import TrackingClient

    return TrackingClient(
        destination.endpoint,
        destination.write_key,
        connections=delivery.connections,
        gzip=delivery.gzip,
        retry=Retry(
            attempts=delivery.attempts,
            budget_seconds=delivery.retry_seconds,
            rate_limit_seconds=delivery.rate_limit_seconds,
        ),
        pace=pace,
    )
