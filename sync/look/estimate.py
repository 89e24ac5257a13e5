"""How much a plan will cost to deliver, from its counts and a sample of its calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from sync.config.blocks import RateSettings
from sync.payload.outgoing import Outgoing
from sync.plan.checks import Counts
from tracking.limits import REQUEST_MESSAGES, SENDER_REQUEST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    What delivering a plan takes, if the sample's calls are as long as the others.

    Attributes:
        calls: One for each row that was added, changed or removed; exact.
        requests: Batches within Segment's limits.
        bytes: Before gzip.
        minutes: At the rate of the exposure or environment; None where none is set.
    """

    calls: int
    requests: int
    bytes: int
    minutes: float | None


def estimate(
    counts: Counts, sample: Sequence[Outgoing], rate: RateSettings | None
) -> Estimate:
    """Weigh each kind of change by the mean length of its sampled calls."""
    size = sum(
        count * _mean_bytes(sample, change)
        for change, count in (
            ("added", counts.added),
            ("changed", counts.changed),
            ("removed", counts.removed),
        )
    )
    requests = max(
        ceil(size / SENDER_REQUEST_BYTES), ceil(counts.total / REQUEST_MESSAGES)
    )
    return Estimate(
        calls=counts.total,
        requests=requests,
        bytes=round(size),
        minutes=_minutes(counts.total, requests, rate),
    )


def _mean_bytes(sample: Sequence[Outgoing], change: str) -> float:
    lengths = [len(call.body) for call in sample if call.change == change]
    return sum(lengths) / len(lengths) if lengths else 0.0


def _minutes(calls: int, requests: int, rate: RateSettings | None) -> float | None:
    if rate is None:
        return None
    seconds = [
        amount / limit
        for amount, limit in ((calls, rate.events), (requests, rate.requests))
        if limit
    ]
    return max(seconds) / 60 if seconds else None
