"""One sync, from lock to commit: resume, plan, deliver, commit.

Whatever kills it, the next run finishes the job with the same messageIds.
"""

import logging
from collections.abc import Sequence

from sync.config.builds import require_fit
from sync.config.manifest import Sync
from sync.destination.address import destination_of
from sync.destination.checked import require_checked
from sync.errors import ConfigError, DestinationChanged, SyncError
from sync.ledger.installation import open_ledger
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.pauses import require_running
from sync.ledger.runs import end_run, start_run
from sync.options import RunOptions
from sync.plan.clearing import freeze_clearing
from sync.plan.commit import close_early
from sync.plan.freeze import freeze
from sync.plan.frozen import FrozenPlan, other_source, read_open_plan
from sync.plan.opt_out import close_opted_out
from sync.plan.reshape import prepare
from sync.plan.tighter import forbidden
from sync.plan.window import check_window
from sync.report import RunReport, Tally
from sync.shipment import OnProgress, Shipment
from warehouse import Warehouse
from warehouse.memory import grown_as_needed, little_memory
from warehouse.suppressions import ensure_suppressions
from warehouse.turns import one_at_a_time

logger = logging.getLogger("relyv.sync")


def run_sync(
    warehouse: Warehouse,
    sync: Sync,
    options: RunOptions | None = None,
    *,
    on_progress: OnProgress | None = None,
) -> RunReport:
    """
    Send what has changed since Segment last confirmed it.

    Args:
        warehouse: The target, open.
        sync: The exposure to run.
        options: What to accept; how hard to push.
        on_progress: Called with the plan's number of rows and the progress.

    Raises:
        SyncError: Which one says whether running again helps; see `sync/errors.py`.
    """
    if not sync.sends_in(warehouse.target):
        closed = close_opted_out(warehouse, sync)
        raise ConfigError(
            f"{sync.name} does not send in the target '{warehouse.target}'. To opt in, "
            f"add it to `targets` in {sync.file}."
            + (f" Its unfinished plan {closed.number} was closed." if closed else "")
        )
    if options and options.again:
        options.again.check(sync)
    if options and options.trial:
        options.trial.check(sync)
    run = _Run(warehouse, sync, options or RunOptions(), on_progress)
    with little_memory(warehouse):
        return run.execute()


class _Run:
    """One run of one sync, with what its steps share."""

    def __init__(
        self,
        warehouse: Warehouse,
        sync: Sync,
        options: RunOptions,
        on_progress: OnProgress | None,
    ) -> None:
        self.warehouse = warehouse
        self.sync = sync
        self.options = options
        self.on_progress = on_progress or (lambda _total, _progress: None)
        self.ledger = Ledger(warehouse)
        self.destination = destination_of(sync.settings.source, target=warehouse.target)
        self.tally = Tally(sync.name, sync.settings.call)

    def execute(self) -> RunReport:
        # Two first runs at once would create everything twice.
        with one_at_a_time(self.warehouse, "opening the ledger"):
            installation = open_ledger(
                self.ledger, self.destination, start_afresh=self.options.start_afresh
            )
            ensure_suppressions(
                self.warehouse.engine, self.warehouse.step_schema("privacy")
            )
            require_running(self.ledger, self.sync)
            lease = self.ledger.acquire(self.sync.name)
        run_id = start_run(self.ledger, self.sync.name, lease.last_plan)
        try:
            require_checked(self.warehouse, self.destination)
            shipment = Shipment(
                sync=self.sync,
                settings=self.options.delivery,
                destination=self.destination,
                installation=installation,
                ledger=self.ledger,
                lease=lease,
                tally=self.tally,
                on_progress=self.on_progress,
            )
            self._resume(lease, shipment)
            self._plan_and_deliver(lease, shipment)
        except SyncError as error:
            self._end(run_id, type(error).__name__)
            raise
        except KeyboardInterrupt:
            self._end(run_id, "Interrupted")
            raise
        finally:
            self.ledger.release(lease)
        report = self.tally.report
        self._end(run_id, "rejections" if report.rejected else "done")
        return report

    def _resume(self, lease: Lease, shipment: Shipment) -> None:
        plan = read_open_plan(self.ledger, self.sync.name)
        if plan is None:
            return
        check_window(
            plan,
            self.ledger.now(),
            settled=lease.delivered_through,
            accept=self.options.accept_duplicates,
        )
        if closed_by := self._closed_by(plan):
            self._close(plan, lease, closed_by)
            return
        self.tally.note(resumed_plan=plan.number)
        shipment.deliver(plan, settled=lease.delivered_through)

    def _closed_by(self, plan: FrozenPlan) -> list[str]:
        """What keeps an open plan from being finished, if anything does."""
        again = self.options.again
        if self.options.clearing:
            return [] if plan.clears else ["clear"]
        if again and not again.is_range:
            return ["resync"]
        return [] if plan.clears else forbidden(plan, self.sync)

    def _close(self, plan: FrozenPlan, lease: Lease, closed_by: Sequence[str]) -> None:
        in_doubt = grown_as_needed(
            self.warehouse, lambda: close_early(self.ledger, lease, plan)
        )
        self.tally.note(
            closed_plan=plan.number,
            closed_by=tuple(closed_by),
            in_doubt=in_doubt,
        )
        logger.warning(
            "sync.plan_closed_early sync=%s plan=%d by=%s in_doubt=%d",
            self.sync.name,
            plan.number,
            ",".join(closed_by),
            in_doubt,
        )

    def _plan_and_deliver(self, lease: Lease, shipment: Shipment) -> None:
        with self.tally.timed("plan"), little_memory(self.warehouse):
            plan = grown_as_needed(self.warehouse, lambda: self._planned(lease))
        if plan is not None:
            shipment.deliver(plan, settled=0)

    def _planned(self, lease: Lease) -> FrozenPlan | None:
        if self.options.clearing:
            freeze_clearing(self.ledger, self.options.clearing, lease)
        else:
            self._freeze(lease)
        return read_open_plan(self.ledger, self.sync.name)

    def _freeze(self, lease: Lease) -> None:
        if not self.options.accept_build:
            require_fit(
                self.warehouse,
                self.sync.name,
                self.sync.lineage,
                self.options.built_by,
            )
        if not self.options.again and (why := other_source(self.ledger, self.sync)):
            raise DestinationChanged(f"{why} Nothing was sent.")
        tables = prepare(
            self.ledger,
            self.sync,
            lease,
            accept_guard=self.options.accept_guard,
        )
        if self.options.retry_rejected:
            self.ledger.forget_rejected(lease, tables)
        held = freeze(
            self.ledger,
            self.sync,
            lease,
            tables,
            accept_guard=self.options.accept_guard,
            again=self.options.again,
            trial=self.options.trial,
        )
        self.tally.note(held=held)

    def _end(self, run_id: str, outcome: str) -> None:
        report = self.tally.report
        end_run(self.ledger, run_id, outcome, report.recorded())
        logger.info(
            "sync.run_ended sync=%s outcome=%s calls=%d rejected=%d requests=%d",
            self.sync.name,
            outcome,
            report.counts.total,
            report.rejected,
            report.requests,
        )
