"""Cut a stream of messages into request bodies that Segment takes.

The bytes are counted to the last one: those of the messages, the commas between them
and the envelope around them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from tracking.limits import REQUEST_MESSAGES, SENDER_REQUEST_BYTES

M = TypeVar("M")


class MessageTooLarge(ValueError):
    """
    One message alone is larger than a request may be.

    A sender that keeps to the limit of a single message never meets this.
    """

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"A message of {size:,} bytes does not fit into a request of {most:,}."
        )


def batch_body(messages: Sequence[bytes], sent_at: datetime) -> bytes:
    """
    Wrap messages that are JSON already into the body of one batch request.
    """
    parts = list(messages) or [b""]
    parts[0] = _OPENING + parts[0]
    parts[-1] += _closing(sent_at)
    # Half a megabyte, copied once: each copy more takes twice as long as this one.
    return b",".join(parts)


def batches(
    messages: Iterable[M],
    *,
    size: Callable[[M], int],
    max_bytes: int = SENDER_REQUEST_BYTES,
    max_count: int = REQUEST_MESSAGES,
) -> Iterator[list[M]]:
    """
    Yield the messages in order, as full as the limits allow.

    `size` tells the bytes of a message as JSON. Reads no further ahead than the one
    message that did not fit.

    Raises:
        MessageTooLarge: A single message leaves no room for the envelope.
    """
    batch: list[M] = []
    body_bytes = ENVELOPE_BYTES
    for message in messages:
        message_bytes = size(message)
        if ENVELOPE_BYTES + message_bytes > max_bytes:
            raise MessageTooLarge(message_bytes, max_bytes - ENVELOPE_BYTES)
        with_comma = message_bytes + bool(batch)
        if batch and (body_bytes + with_comma > max_bytes or len(batch) == max_count):
            yield batch
            batch, body_bytes, with_comma = [], ENVELOPE_BYTES, message_bytes
        batch.append(message)
        body_bytes += with_comma
    if batch:
        yield batch


_OPENING = b'{"batch":['


def _closing(sent_at: datetime) -> bytes:
    instant = sent_at.astimezone(UTC).replace(tzinfo=None)
    return f'],"sentAt":"{instant.isoformat(timespec="milliseconds")}Z"}}'.encode()


# A sentAt has the same width at every instant, so one envelope stands for all.
ENVELOPE_BYTES = len(_OPENING) + len(_closing(datetime.max.replace(tzinfo=UTC)))
