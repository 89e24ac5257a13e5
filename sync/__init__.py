"""
Sends what changed, once: plan in the warehouse, deliver, commit to the ledger.

A folder for each step, which knows none behind it: `config` and `destination` say what
is to be sent and where, `ledger` what Segment has confirmed, `payload` how a row
becomes a message, `diff` what has changed, `plan` what of it is sent, and `delivery`
sends it. `run.py` goes through them; `shipment.py` is the end of its way, from a plan
to Segment.

What a run needs is named here. What a person only looks at is in `look`, and imported
by those alone who ask.
"""

from sync.config.manifest import Sync, read_syncs, select_syncs
from sync.diff.again import Again
from sync.diff.trial import Trial
from sync.ledger.installation import rebind, renew_ids
from sync.ledger.ledger import Ledger
from sync.ledger.pauses import pause, resume
from sync.options import DeliverySettings, RunOptions
from sync.report import RunReport
from sync.run import run_sync

__all__ = [
    "Again",
    "DeliverySettings",
    "Ledger",
    "RunOptions",
    "RunReport",
    "Sync",
    "Trial",
    "pause",
    "read_syncs",
    "rebind",
    "renew_ids",
    "resume",
    "run_sync",
    "select_syncs",
]
