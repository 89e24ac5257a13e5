"""One sync, from lock to commit: resume, plan, deliver, commit.

Whatever kills it, the next run finishes the job with the same messageIds.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from sync.builds import require_fit
from sync.check import require_checked
from sync.checks import Counts
from sync.commit import commit
from sync.deliver import Delivery, Progress
from sync.destination import destination_of
from sync.errors import ConfigError, SyncError
from sync.installation import Installation, open_ledger
from sync.ledger import Lease, Ledger, delete_rejections_above
from sync.manifest import Sync
from sync.options import RunOptions, rate_of
from sync.pauses import require_running
from sync.payload import Outgoing, Renderer
from sync.pending import pending_rows, renderer_of
from sync.plan import FrozenPlan, freeze, read_open_plan
from sync.shape import prepare
from sync.tables import SyncTables
from sync.window import check_window
from tracking import Pace, Retry, TrackingClient
from warehouse import Warehouse
from warehouse.stream import stream
from warehouse.suppressions import ensure_suppressions
from warehouse.turns import one_at_a_time

logger = logging.getLogger("relyv.sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """
    What one run did.

    `counts` are the calls that Segment accepted, by kind of change; `flagged` are those
    that left although they violate the tracking plan; `held` are the changes that wait
    for their people (`dormant: hold`); `seconds` says where the time
    went, by step.
    """

    sync: str
    call: str
    counts: Counts
    rejected: int = 0
    flagged: int = 0
    held: int = 0
    requests: int = 0
    resumed_plan: int | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """1 when a row was rejected."""
        return 1 if self.rejected else 0


OnProgress = Callable[[int, Progress], None]


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
        raise ConfigError(
            f"{sync.name} does not send in the target '{warehouse.target}'. To opt in, "
            f"add it to `targets` in {sync.file}."
        )
    if options and options.again:
        options.again.check(sync)
    if options and options.trial:
        options.trial.check(sync)
    run = _Run(warehouse, sync, options or RunOptions(), on_progress)
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
        self.report = RunReport(
            sync=sync.name, call=sync.settings.call, counts=Counts()
        )

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
        run_id = self.ledger.start_run(self.sync.name, lease.last_plan)
        try:
            require_checked(self.warehouse, self.destination)
            self._resume(lease, installation)
            self._plan_and_deliver(lease, installation)
        except SyncError as error:
            self._end(run_id, type(error).__name__)
            raise
        except KeyboardInterrupt:
            self._end(run_id, "Interrupted")
            raise
        finally:
            self.ledger.release(lease)
        self._end(run_id, "rejections" if self.report.rejected else "done")
        return self.report

    def _resume(self, lease: Lease, installation: Installation) -> None:
        plan = read_open_plan(self.ledger, self.sync.name)
        if plan is None:
            return
        check_window(
            plan,
            self.ledger.now(),
            settled=lease.delivered_through,
            accept=self.options.accept_duplicates,
        )
        self.report = replace(self.report, resumed_plan=plan.number)
        self._deliver(plan, lease, installation, settled=lease.delivered_through)

    def _plan_and_deliver(self, lease: Lease, installation: Installation) -> None:
        with self._timed("plan"):
            if not self.options.accept_build:
                require_fit(self.warehouse, self.sync.name, self.sync.lineage)
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
            self.report = replace(self.report, held=held)
            plan = read_open_plan(self.ledger, self.sync.name)
        if plan is not None:
            self._deliver(plan, lease, installation, settled=0)

    def _deliver(
        self,
        plan: FrozenPlan,
        lease: Lease,
        installation: Installation,
        *,
        settled: int,
    ) -> None:
        tables = self.ledger.tables.of(plan.sync, plan.image)
        with self.warehouse.engine.begin() as connection:
            self.ledger.fenced(connection, lease)
            delete_rejections_above(
                connection, self.ledger.tables, plan.sync, plan.number, settled
            )
        with self._timed("deliver"):
            self._post(plan, lease, installation, tables, settled)
        with self._timed("commit"):
            commit(self.ledger, lease, plan, tables)

    def _post(
        self,
        plan: FrozenPlan,
        lease: Lease,
        installation: Installation,
        tables: SyncTables,
        settled: int,
    ) -> None:
        def checkpoint(through: int, rejections: Any) -> None:
            self.ledger.checkpoint(lease, plan.number, through, rejections)

        renderer = renderer_of(
            plan, installation, self.destination.region, self.warehouse.project_dir
        )
        pace = self._pace()
        with self._client(pace) as client:
            delivery = Delivery(
                client,
                connections=self.options.delivery.connections,
                pace=pace,
                settled_through=settled,
                checkpoint=checkpoint,
                on_progress=lambda progress: self.on_progress(plan.rows, progress),
                checkpoint_seconds=self.options.delivery.checkpoint_seconds,
            )
            try:
                delivery.run(self._rendered(tables, renderer, settled))
            finally:
                self._count(delivery.progress, renderer.flagged)

    def _rendered(
        self, tables: SyncTables, renderer: Renderer, settled: int
    ) -> Iterator[Outgoing]:
        privacy = self.warehouse.step_schema("privacy")
        query = pending_rows(self.sync, tables, privacy, settled)
        for chunk in stream(self.warehouse, query):
            for row in chunk:
                yield renderer.render(row)

    def _pace(self) -> Pace:
        rate = rate_of(self.sync, self.options.delivery)
        return Pace(requests_per_second=rate.requests, events_per_second=rate.events)

    def _client(self, pace: Pace) -> TrackingClient:
        delivery = self.options.delivery
        return TrackingClient(
            self.destination.endpoint,
            self.destination.write_key,
            connections=delivery.connections,
            gzip=delivery.gzip,
            retry=Retry(
                attempts=delivery.attempts,
                budget_seconds=delivery.retry_seconds,
                rate_limit_seconds=delivery.rate_limit_seconds,
            ),
            pace=pace,
        )

    def _count(self, progress: Progress, flagged: int) -> None:
        counts, accepted = self.report.counts, progress.accepted
        self.report = replace(
            self.report,
            counts=Counts(
                added=counts.added + accepted["added"],
                changed=counts.changed + accepted["changed"],
                removed=counts.removed + accepted["removed"],
            ),
            rejected=self.report.rejected + progress.rejected,
            flagged=self.report.flagged + flagged,
            requests=self.report.requests + progress.requests,
        )

    def _end(self, run_id: str, outcome: str) -> None:
        counts = self.report.counts
        self.ledger.end_run(
            run_id,
            outcome,
            {
                "calls": counts.total,
                "requests": self.report.requests,
                "added": counts.added,
                "changed": counts.changed,
                "removed": counts.removed,
                "rejected": self.report.rejected,
            },
        )
        logger.info(
            "sync.run_ended sync=%s outcome=%s calls=%d rejected=%d requests=%d",
            self.sync.name,
            outcome,
            counts.total,
            self.report.rejected,
            self.report.requests,
        )

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        spent = self.report.seconds.get(step, 0.0) + perf_counter() - start
        self.report.seconds[step] = spent
