"""Pending rows -> requests, a few in flight -> how far the plan is settled.

Progress is one number, the position through which every row is accepted or rejected.
Knows no SQL: rows come in as an iterable, progress goes out to a callback.
"""

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from sync.delivery.posting import Poster, Settled
from sync.errors import DeliveryStopped, DeliveryUnsure
from sync.ledger.rejections import Rejection
from sync.payload.outgoing import Outgoing
from tracking import Answer, Outcome, Pace, batches
from tracking.limits import REQUEST_MESSAGES

if TYPE_CHECKING:
    from tracking.client import TrackingClient

# A plan is checkpointed this often: what a kill costs is at most so much sent again.
CHECKPOINT_SECONDS = 3.0
# Somebody who interrupts a run waits so long for the answers that are due.
GRACE_SECONDS = 2.0


@dataclass(slots=True)
class Progress:
    """What one run has delivered, so far."""

    settled_through: int
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    requests: int = 0


Checkpoint = Callable[[int, Sequence[Rejection]], None]


class Delivery:
    """
    One plan on its way.

    Args:
        client: Where to.
        connections: Requests in flight.
        pace: How fast; a request never carries more than one second's messages.
        settled_through: Where an earlier run left off.
        checkpoint: Called with the new position and the rejections up to it.
        on_progress: Called whenever a batch is settled.
    """

    def __init__(
        self,
        client: "TrackingClient",
        *,
        connections: int,
        pace: Pace | None = None,
        settled_through: int,
        checkpoint: Checkpoint,
        on_progress: Callable[[Progress], None] | None = None,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        self.progress = Progress(settled_through=settled_through)
        self._client = client
        self._poster = Poster(client)
        self._connections = connections
        self._pace = pace or Pace()
        self._checkpoint = checkpoint
        self._checkpoint_seconds = checkpoint_seconds
        self._on_progress = on_progress or (lambda _: None)
        self._in_flight: deque[tuple[int, Future[Settled]]] = deque()
        self._unrecorded: list[Rejection] = []
        self._recorded_at = monotonic()
        self._failure: Answer | None = None

    def run(self, rows: Iterable[Outgoing]) -> Progress:
        """
        Deliver everything.

        What must be forgotten is settled before anything that is to be remembered is
        sent, since the two can be about one person.

        Raises:
            DeliveryStopped: Segment refuses all of it.
            DeliveryUnsure: No clear answer within the budget.
            BaseException: Somebody interrupts: what is settled is recorded, what is
                on its way is sent again by the next run, under the same ids.
        """
        most = self._pace.most_messages(REQUEST_MESSAGES)
        pool = ThreadPoolExecutor(self._connections, thread_name_prefix="relyv-post")
        try:
            for _, phase in itertools.groupby(rows, key=_is_removal):
                for batch in batches(
                    phase, size=lambda outgoing: len(outgoing.body), max_count=most
                ):
                    self._submit(pool, batch)
                    self._collect(at_most=2 * self._connections)
                self._collect(at_most=0)
        except Exception:
            self._client.stop()
            raise
        except BaseException:
            self._hurry(pool)
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            self._collect_finished()
            self._record()
        return self.progress

    def _hurry(self, pool: ThreadPoolExecutor) -> None:
        """Take the answers that come at once, and give up the others."""
        self._client.stop()
        pool.shutdown(wait=False, cancel_futures=True)
        wait([future for _, future in self._in_flight], timeout=GRACE_SECONDS)
        self._client.cut()

    def _submit(self, pool: ThreadPoolExecutor, batch: list[Outgoing]) -> None:
        future = pool.submit(self._poster.post, batch)
        self._in_flight.append((batch[-1].position, future))

    def _collect(self, *, at_most: int) -> None:
        """Wait until no more than so many batches are under way."""
        while len(self._in_flight) > at_most:
            wait([self._in_flight[0][1]], timeout=self._checkpoint_seconds)
            self._collect_finished()
            if self._failure:
                raise _failure(self._failure)
            if monotonic() - self._recorded_at > self._checkpoint_seconds:
                self._record()

    def _collect_finished(self) -> None:
        """Take what is settled from the front: the watermark leaves no gap behind."""
        while self._in_flight and self._in_flight[0][1].done() and not self._failure:
            through, future = self._in_flight[0]
            if future.cancelled():
                return
            settled = future.result()
            if settled.failure:
                self.progress.requests += settled.requests
                self._failure = settled.failure
                return
            self._in_flight.popleft()
            self._settle(through, settled)

    def _settle(self, through: int, settled: Settled) -> None:
        self.progress.settled_through = through
        self.progress.accepted += settled.accepted
        self.progress.requests += settled.requests
        self.progress.rejected += len(settled.rejections)
        self._unrecorded += settled.rejections
        self._on_progress(self.progress)

    def _record(self) -> None:
        self._checkpoint(self.progress.settled_through, self._unrecorded)
        self._unrecorded = []
        self._recorded_at = monotonic()


def _is_removal(row: Outgoing) -> bool:
    return row.change in ("forgotten", "removed")


def _failure(answer: Answer) -> DeliveryStopped | DeliveryUnsure:
    if answer.outcome is Outcome.UNSURE:
        return DeliveryUnsure(
            f"Segment gave no clear answer in {answer.attempts} attempts "
            f"({answer.reason}). The plan is kept; the next run goes on with it."
        )
    return DeliveryStopped(
        f"Segment refuses everything ({answer.reason}). The plan is kept. Check the "
        "write key and the region, then run again."
    )
