"""What becomes of one row of a plan."""

from typing import NamedTuple


class Outgoing(NamedTuple):
    """
    What becomes of one pending row: a message, or a rejection, or neither.

    A row with neither only leaves the ledger.
    """

    position: int
    change: str
    message_id: str = ""
    body: bytes = b""
    reason: str = ""
    detail: str = ""
