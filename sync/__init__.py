"""Sends what changed, once: plan in the warehouse, deliver, commit to the ledger."""

from sync.again import Again
from sync.explain import Explanation, explain_row
from sync.installation import rebind, renew_ids
from sync.ledger import Ledger
from sync.manifest import Sync, read_syncs, select_syncs
from sync.options import DeliverySettings, RunOptions
from sync.pauses import pause, resume
from sync.preview import Preview, preview_sync
from sync.report import RunReport
from sync.run import run_sync
from sync.status import SyncStatus, read_status
from sync.trial import Trial

__all__ = [
    "Again",
    "DeliverySettings",
    "Explanation",
    "Ledger",
    "Preview",
    "RunOptions",
    "RunReport",
    "Sync",
    "SyncStatus",
    "Trial",
    "explain_row",
    "pause",
    "preview_sync",
    "read_status",
    "read_syncs",
    "rebind",
    "renew_ids",
    "resume",
    "run_sync",
    "select_syncs",
]
