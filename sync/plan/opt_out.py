"""A target that was taken out of `targets` -> an unfinished plan that is closed.

Nothing of it leaves, now or when somebody opts in again: what is in doubt is told whole
then, as the model has it by then.
"""

from sync.config.manifest import Sync
from sync.ledger.ledger import Ledger
from sync.plan.commit import close_early
from sync.plan.frozen import FrozenPlan, read_open_plan
from warehouse import Warehouse


def close_opted_out(warehouse: Warehouse, sync: Sync) -> FrozenPlan | None:
    """
    Close the plan that a sync has left behind here. Nothing is sent.

    Raises:
        SyncBusy: A run of it is under way still.
    """
    ledger = Ledger(warehouse)
    if sync.sends_in(warehouse.target) or not ledger.exists():
        return None
    if read_open_plan(ledger, sync.name) is None:
        return None
    lease = ledger.acquire(sync.name)
    try:
        plan = read_open_plan(ledger, sync.name)
        if plan is not None:
            close_early(ledger, lease, plan)
    finally:
        ledger.release(lease)
    return plan
