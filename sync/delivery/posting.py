"""One batch of messages -> what became of each, whatever Segment thinks of the whole.

A refused batch is halved until the bad message stands alone, unless it is no message
that is bad.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.ledger.rejections import Rejection
from sync.payload.outgoing import Outgoing
from tracking import Answer, Outcome

if TYPE_CHECKING:
    from tracking.client import TrackingClient

# So many refusals with no acceptance at all are no bad messages but a bad request.
REFUSALS_THAT_STOP = 10
# So many single messages refused in a row, with no acceptance between them, are no bad
# rows either, whatever was accepted before: Segment or a proxy has changed its mind.
REFUSALS_IN_A_ROW = 100


@dataclass(slots=True)
class Settled:
    """What became of one batch."""

    accepted: Counter[str] = field(default_factory=Counter)
    rejections: list[Rejection] = field(default_factory=list)
    requests: int = 0
    failure: Answer | None = None


class Poster:
    """
    Posts the batches of one run; may be shared by threads.

    What was accepted or refused before tells a bad message from a bad request.
    """

    def __init__(self, client: "TrackingClient") -> None:
        self._client = client
        self._has_accepted = False
        self._refused_in_a_row = 0

    def post(self, batch: Sequence[Outgoing]) -> Settled:
        """Send what has a body; what has none was rejected before."""
        settled = Settled()
        settled.rejections = [_rejection(row) for row in batch if row.reason]
        messages = [row for row in batch if row.body]
        if messages:
            self._post_whole(messages, settled)
        settled.rejections.sort(key=lambda rejection: rejection.position)
        return settled

    def _post_whole(self, messages: Sequence[Outgoing], settled: Settled) -> None:
        answer = self._client.post([message.body for message in messages])
        settled.requests += answer.attempts
        if answer.outcome is Outcome.ACCEPTED:
            self._has_accepted = True
            self._refused_in_a_row = 0
            settled.accepted.update(message.change for message in messages)
        elif answer.outcome is not Outcome.REFUSED:
            settled.failure = answer
        elif len(messages) == 1:
            settled.rejections.append(_refusal(messages[0], answer))
            self._refused_in_a_row += 1
            if self._refused_in_a_row >= REFUSALS_IN_A_ROW:
                settled.failure = answer
        else:
            self._post_halves(messages, answer, settled)

    def _post_halves(
        self, messages: Sequence[Outgoing], refusal: Answer, settled: Settled
    ) -> None:
        """Halve a refused batch, unless Segment refuses everything."""
        middle = len(messages) // 2
        refused_before = len(settled.rejections)
        for half in (messages[:middle], messages[middle:]):
            if settled.failure is None:
                self._post_whole(half, settled)
        refused = len(settled.rejections) - refused_before
        enough = min(len(messages), REFUSALS_THAT_STOP)
        if refused >= enough and not self._has_accepted:
            settled.failure = settled.failure or refusal


def _rejection(row: Outgoing) -> Rejection:
    return Rejection(
        position=row.position,
        change=row.change,
        message_id=row.message_id,
        reason=row.reason,
        detail=row.detail,
    )


def _refusal(row: Outgoing, answer: Answer) -> Rejection:
    return Rejection(
        position=row.position,
        change=row.change,
        message_id=row.message_id,
        reason=f"refused_{answer.status}",
        detail=f"Segment answered {answer.status}: {answer.reason}",
    )
