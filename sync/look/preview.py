"""What a run would send now; nothing is sent, and the ledger is not touched.

Uses the change set and the renderer of a run, with the plan number and the time that a
run would get, so the examples are the very bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Select, Subquery, func, select

from sync.config.builds import unfitness
from sync.config.image import Image
from sync.config.manifest import Sync
from sync.destination.address import region_of
from sync.diff.again import Again
from sync.diff.changes import held_back
from sync.ledger.installation import Installation, read_installation
from sync.ledger.ledger import Ledger
from sync.ledger.restored import is_restored
from sync.ledger.tables import SILENT
from sync.look.causes import Causes, causes_of
from sync.look.comparison import compare
from sync.look.estimate import Estimate, estimate
from sync.options import DeliverySettings, rate_of
from sync.payload.outgoing import Outgoing
from sync.payload.outline import Outline, Outlines
from sync.payload.renderer import Renderer
from sync.plan.bill import Bill, bill_of
from sync.plan.checks import Counts, check_model, count_changes
from sync.plan.freeze import wants_baseline
from sync.plan.frozen import FrozenPlan, other_source, read_open_plan
from sync.plan.pending import Fetch, rendered, renderer_of
from sync.plan.shape import drift
from sync.plan.tighter import forbidden
from warehouse import Warehouse
from warehouse.suppressions import ensure_suppressions, suppressions

# Before the first run there is no installation to make messageIds of; before the first
# one after the ledger was restored, no epoch.
NOT_YET = Installation(installation="not-yet-installed", epoch="not-yet-installed")

# Rows of each kind that are rendered to learn how long a call is.
SAMPLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message as a run would send it, or why its row would be rejected."""

    change: str
    message: Mapping[str, Any] | None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What a run would do.

    `drift` says what is new in the model's columns, and what that costs; `held` counts
    the changes that wait for their people (`dormant: hold`). `unfinished` is the number
    of an earlier plan that a run would finish first, or close because of the settings
    in `closed_by`; until then its rows still count as changes here. `is_baseline`: the
    run takes every row for known and sends nothing (`initial: skip`). `obstacle` says
    why a run would stop: the model was not built as it is written, or a test failed.
    """

    sync: str
    call: str
    sends_here: bool
    model_rows: int
    counts: Counts
    causes: Causes = field(default_factory=Causes)
    estimate: Estimate
    bill: Bill
    drift: Sequence[str] = ()
    held: int = 0
    unfinished: int | None = None
    closed_by: Sequence[str] = ()
    is_baseline: bool = False
    obstacle: str | None = None
    examples: Sequence[Example] = field(default_factory=list)
    outlines: Sequence[Outline] = field(default_factory=list)


def preview_sync(
    warehouse: Warehouse, sync: Sync, again: Again | None = None
) -> Preview:
    """
    Work out the next plan, and render an example of each kind of change.

    Raises:
        GuardTripped: The model has null or repeated keys, or two rows for one id.
    """
    if again:
        again.check(sync)
    ledger, privacy = Ledger(warehouse), warehouse.step_schema("privacy")
    ensure_suppressions(warehouse.engine, privacy)
    unfinished = read_open_plan(ledger, sync.name) if ledger.exists() else None
    with warehouse.engine.connect() as connection:
        look = compare(connection, ledger, sync, suppressions(privacy))
        image, settings = look.shape.image, sync.settings
        size = check_model(connection, sync, image, look.model)
        waiting = held_back(settings, image, look.model, look.sent)
        held = connection.execute(waiting).scalar_one()
        is_baseline = not again and takes_baseline(connection, ledger, sync)
        changes = look.changes(again, none=is_baseline)
        counts, _ = count_changes(connection, changes)
        causes = causes_of(connection, changes, image, sync.model.with_time)
        has_run = ledger.exists()
        bill = bill_of(connection, ledger, changes, image, has_run=has_run)
        renderer = next_renderer(warehouse, ledger, sync, image, again)
        sample = rendered(renderer, _first_of_each(changes), fetched_by(connection))
        calls = [row for row in sample if row.change not in SILENT]
    return Preview(
        sync=sync.name,
        call=settings.call,
        sends_here=sync.sends_in(warehouse.target),
        model_rows=size,
        counts=counts,
        causes=causes,
        estimate=estimate(counts, calls, rate_of(sync, DeliverySettings())),
        bill=bill,
        drift=drift(sync, look.shape),
        held=held,
        unfinished=unfinished.number if unfinished else None,
        closed_by=forbidden(unfinished, sync) if unfinished else (),
        is_baseline=is_baseline,
        obstacle=unfitness(warehouse, sync.lineage)
        or (None if again else other_source(ledger, sync)),
        examples=_examples(calls),
        outlines=_outlines(calls),
    )


def takes_baseline(connection: Connection, ledger: Ledger, sync: Sync) -> bool:
    """Whether the next run sends nothing, and takes the model's rows for known."""
    if not ledger.exists():
        return sync.settings.initial == "skip"
    return wants_baseline(connection, ledger, sync)


def next_renderer(
    warehouse: Warehouse,
    ledger: Ledger,
    sync: Sync,
    image: Image,
    again: Again | None = None,
) -> Renderer:
    """The renderer of the plan that a run would freeze now, its number and time."""
    settings = again.settings_for(sync.settings) if again else sync.settings
    plan = FrozenPlan(
        sync=sync.name,
        number=ledger.next_plan(sync.name),
        settings=settings,
        image=image,
        planned_at=ledger.now(),
        counts=Counts(),
        rows=0,
        new_ids=again.new_ids if again else False,
    )
    installation = read_installation(ledger) or NOT_YET
    if installation is not NOT_YET and is_restored(ledger):
        installation = replace(installation, epoch=NOT_YET.epoch)
    region = region_of(settings.source, target=warehouse.target)
    return renderer_of(warehouse, plan, installation, region)


def fetched_by(connection: Connection) -> Fetch:
    """How a few rows are fetched: all at once."""

    def fetch(query: Select[Any], after: int) -> Iterator[tuple[Any, ...]]:
        position = query.selected_columns.position
        rows = connection.execute(query.where(position > after).order_by(position))
        yield from [tuple(row) for row in rows]

    return fetch


def _first_of_each(changes: Subquery) -> Select[Any]:
    """The first rows of each kind of change: enough to know how long a call is."""
    nth = func.row_number().over(
        partition_by=changes.c.change, order_by=changes.c.position
    )
    ranked = select(changes, nth.label("nth")).subquery("ranked")
    return select(*(ranked.c[c.name] for c in changes.c)).where(ranked.c.nth <= SAMPLE)


def _examples(calls: Sequence[Outgoing]) -> Sequence[Example]:
    firsts: dict[str, Outgoing] = {}
    for call in calls:
        firsts.setdefault(call.change, call)
    return [_example(call) for call in firsts.values()]


def _outlines(calls: Sequence[Outgoing]) -> Sequence[Outline]:
    outlines = Outlines()
    for call in calls:
        outlines.see(call)
    return outlines.kept


def _example(row: Outgoing) -> Example:
    return Example(
        change=row.change,
        message=orjson.loads(row.body) if row.body else None,
        reason=row.reason,
        detail=row.detail,
    )
