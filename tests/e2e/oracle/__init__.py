"""What Segment should know, worked out a second time.

From the landed raw rows, the seeds and the rules as they are written down; plain loops
over Python values. It shares no code with the models, the landing or the syncs.
"""

from tests.e2e.oracle.expectation import Expectation, expect
from tests.e2e.oracle.landed import Landed, read_landed
from tests.e2e.oracle.settings import Settings, read_settings

__all__ = [
    "Expectation",
    "Landed",
    "Settings",
    "expect",
    "read_landed",
    "read_settings",
]
