"""A frozen plan -> all of it with Segment, and confirmed in the ledger."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Select

from sync.config.manifest import Sync
from sync.delivery.connection import client_of, pace_of
from sync.delivery.flight import Delivery, Progress
from sync.destination.address import Destination
from sync.ledger.installation import Installation
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.rejections import Rejection, delete_rejections_above
from sync.ledger.tables import SyncTables
from sync.options import DeliverySettings
from sync.payload.outgoing import Outgoing
from sync.payload.outline import Outlines
from sync.payload.renderer import Renderer
from sync.plan.commit import commit
from sync.plan.frozen import FrozenPlan
from sync.plan.pending import pending_rows, rendered, renderer_of
from sync.report import Tally
from warehouse.memory import grown_as_needed, least_memory
from warehouse.stream import stream

# The plan's number of rows, and how far it is.
OnProgress = Callable[[int, Progress], None]


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """
    What brings the plans of one run to Segment.

    Attributes:
        ledger: Where progress is kept, by the holder of the `lease` alone.
        tally: What the report says of it.
    """

    sync: Sync
    settings: DeliverySettings
    destination: Destination
    installation: Installation
    ledger: Ledger
    lease: Lease
    tally: Tally
    on_progress: OnProgress
    outlines: Outlines = field(default_factory=Outlines)

    def deliver(self, plan: FrozenPlan, *, settled: int) -> None:
        """
        Post what is not settled yet, and commit the plan.

        Args:
            plan: Frozen, and open.
            settled: The position through which an earlier run has settled it; 0 if new.

        Raises:
            DeliveryStopped, DeliveryUnsure: The plan stays open.
            LeaseLost: Another run has taken over; nothing is written.
        """
        warehouse, tables = self.ledger.warehouse, self._tables(plan)
        with warehouse.engine.begin() as connection:
            self.ledger.fenced(connection, self.lease)
            delete_rejections_above(
                connection, self.ledger.tables, plan.sync, plan.number, settled
            )
        # A chunk is read at a time, and more is given to the one that needs it.
        with self.tally.timed("deliver"), least_memory(warehouse):
            self._post(plan, settled)
        with self.tally.timed("commit"), least_memory(warehouse):
            grown_as_needed(
                warehouse, lambda: commit(self.ledger, self.lease, plan, tables)
            )

    def _tables(self, plan: FrozenPlan) -> SyncTables:
        return self.ledger.tables.of(plan.sync, plan.image)

    def _post(self, plan: FrozenPlan, settled: int) -> None:
        def checkpoint(through: int, rejections: Sequence[Rejection]) -> None:
            self.ledger.checkpoint(self.lease, plan.number, through, rejections)

        renderer = renderer_of(
            self.ledger.warehouse, plan, self.installation, self.destination.region
        )
        pace = pace_of(self.sync, self.settings)
        with client_of(self.destination, self.settings, pace) as client:
            delivery = Delivery(
                client,
                connections=self.settings.connections,
                pace=pace,
                settled_through=settled,
                checkpoint=checkpoint,
                on_progress=lambda progress: self.on_progress(plan.rows, progress),
                checkpoint_seconds=self.settings.checkpoint_seconds,
            )
            try:
                delivery.run(self._rendered(plan, renderer, settled))
            finally:
                self.tally.delivered(
                    delivery.progress, renderer.flagged, self.outlines.kept
                )

    def _rendered(
        self, plan: FrozenPlan, renderer: Renderer, settled: int
    ) -> Iterator[Outgoing]:
        warehouse = self.ledger.warehouse
        privacy = warehouse.step_schema("privacy")
        rows = pending_rows(self.sync, self._tables(plan), privacy)

        def fetch(query: Select[Any], after: int) -> Iterator[tuple[Any, ...]]:
            position = query.selected_columns.position
            chunks = stream(warehouse, query, position, after=after, through=plan.rows)
            return chain.from_iterable(chunks)

        for row in rendered(renderer, rows, fetch, after=settled):
            self.outlines.see(row)
            yield row
