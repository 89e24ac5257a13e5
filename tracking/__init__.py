"""What Segment's Tracking API is: its limits, its rules, its addresses.

Knows no warehouse. The client is `tracking.client`, which brings HTTP with it, and
`tracking.sandbox` is a Segment for a laptop.
"""

from tracking.answers import Answer, Outcome
from tracking.batches import MessageTooLarge, batch_body, batches
from tracking.messages import EXPLANATIONS, drop_code
from tracking.pace import Pace
from tracking.regions import Region
from tracking.retry import Retry
from tracking.unify import unify_code
from tracking.write_key import write_key_fingerprint

__all__ = [
    "EXPLANATIONS",
    "Answer",
    "MessageTooLarge",
    "Outcome",
    "Pace",
    "Region",
    "Retry",
    "batch_body",
    "batches",
    "drop_code",
    "unify_code",
    "write_key_fingerprint",
]
