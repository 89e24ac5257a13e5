"""
Sends what changed, once: plan in the warehouse, deliver, commit to the ledger.

What a run needs is named here. What only looks is asked by its module, and imported by
those alone who ask: `sync.look`.
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
