"""What was found about one row -> why it would or would not be sent, in sentences.

They name columns, settings and reasons, and never a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sync.config.image import LAST_ACTIVITY, is_role
from sync.config.manifest import Sync
from sync.config.settings import SyncSettings
from sync.diff.billing import month_start
from sync.ledger.ledger import Ledger
from sync.ledger.pauses import is_paused
from sync.ledger.tables import DETAIL, REASON, SILENT
from sync.payload.outgoing import Outgoing
from sync.plan.frozen import HELD, read_open_plan
from sync.plan.tighter import forbidden
from warehouse import Warehouse

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class InModel:
    """The row as the model has it, and whether anybody may be told of it."""

    image: Row
    is_suppressed: bool
    has_consent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """
    What is known about one row.

    Attributes:
        found: The row in the model, if it is there.
        known: Its image as Segment last confirmed it.
        differs: The columns in which the two differ.
        pending: Its change in an unfinished plan.
        refused: Its image that was refused, and why.
        planned: What a run would make of it now.
        is_in_doubt: A plan about it was closed early.
        is_baseline: The first run takes every row for known.
        is_forbidden: Settings keep the unfinished plan from being finished.
    """

    found: InModel | None
    known: Row | None
    differs: Sequence[str]
    pending: Row | None
    refused: Row | None
    planned: Sequence[Outgoing]
    is_in_doubt: bool
    is_baseline: bool
    is_forbidden: bool


def verdict(sync: Sync, findings: Findings, standing: Sequence[str]) -> str:
    """The answer: why it would or would not be sent, and what stands before that."""
    said = _reason(sync, findings)
    if findings.is_in_doubt:
        said += (
            " A plan about it was closed early, so Segment may or may not know of it: "
            "it is told whole, or cleared, whatever was confirmed."
        )
    if findings.is_baseline:
        said = (
            "The first run takes every row for known and sends nothing "
            "(`initial: skip`)."
        )
    pending = findings.pending
    if pending and not pending["is_settled"]:
        first = (
            "closes it without that" if findings.is_forbidden else "sends that first"
        )
        said = (
            f"Plan {pending['plan']} is unfinished and holds it as "
            f"{pending['change']}: a run {first}, then compares again. By then: {said}"
        )
    return " ".join([said, *standing])


def standing(warehouse: Warehouse, ledger: Ledger, sync: Sync) -> list[str]:
    """What keeps a run from sending anything at all, or changes what it does first."""
    return list(_standing(warehouse, ledger, sync))


def _standing(warehouse: Warehouse, ledger: Ledger, sync: Sync) -> Iterator[str]:
    if not sync.sends_in(warehouse.target):
        yield "The sync is not opted in here, so a run sends nothing."
    if not ledger.exists():
        return
    if is_paused(ledger, sync):
        yield f"The sync is paused, until `relyv sync resume {sync.name}`."
    plan = read_open_plan(ledger, sync.name)
    if plan and (settings := forbidden(plan, sync)):
        named = ", ".join(f"`{name}`" for name in settings)
        yield f"A run closes plan {plan.number} and does not finish it, since {named}."
    if _is_held(ledger, sync):
        yield (
            "The last plan was held by a guard, and nothing of it was sent: see "
            f"`relyv sync plan {sync.name}`."
        )


def _is_held(ledger: Ledger, sync: Sync) -> bool:
    plans = ledger.tables.plans
    last = (
        select(plans.c.state)
        .where(plans.c.sync == sync.name)
        .order_by(plans.c.plan.desc())
        .limit(1)
    )
    with ledger.warehouse.engine.connect() as connection:
        return connection.execute(last).scalar() == HELD


def _reason(sync: Sync, findings: Findings) -> str:
    found, known, settings = findings.found, findings.known, sync.settings
    if found is None and known is None and not findings.planned:
        key = ", ".join(settings.key)
        return (
            "No such key, neither in the model nor among what Segment has confirmed. "
            f"The key of this sync is {key}."
        )
    if found and found.is_suppressed:
        return "Left out: the person is on the suppression list. No call is made."
    if found and not found.has_consent:
        return "Left out: there is no consent. No call is made."
    if calls := [each for each in findings.planned if each.change not in SILENT]:
        return " ".join(_call(call) for call in calls)
    if findings.planned:
        return "Only the ledger takes note of it; no call is made."
    if findings.refused:
        return _refusal(sync, findings.refused)
    if found is None:
        return "It has left the model, and by the sync's settings that is no news: " + (
            "no `removed` event." if settings.call == "track" else "`on_removed`."
        )
    is_news = known is None or bool(findings.differs)
    if is_news and _is_dormant(settings, found):
        return (
            "It waits until its person is active again (`dormant: hold`): they did "
            "nothing in this billing month."
        )
    return _no_news(settings, findings.differs)


def _no_news(settings: SyncSettings, differs: Sequence[str]) -> str:
    """Both sides are there, and the comparison sees nothing to tell."""
    fields = [name for name in differs if not is_role(name)]
    if not differs:
        return "Segment has it: nothing differs."
    named = ", ".join(f"`{name}`" for name in differs)
    if settings.is_insert_only:
        return f"Segment has it, and each row is told once: {named} changed since."
    if settings.call == "audience":
        return f"A member already: {named} changed, which is no news of a member."
    if settings.call == "track" and not settings.changed:
        return f"Segment has it, and no `changed` event is named: {named} changed."
    if fields and all(name in settings.significant for name in fields):
        moves = ", ".join(f"{name}: {settings.significant[name]:g}" for name in fields)
        return (
            f"{named} moved by less than is worth a call (`significant`: {moves}). "
            "The next call about it carries the move."
        )
    return f"Segment has it: {named} differs, which alone is no news."


def _refusal(sync: Sync, refused: Row) -> str:
    return (
        f"This image was refused before: {refused[REASON]}. {refused[DETAIL]} It is "
        f"skipped until it changes, or until `relyv sync retry {sync.name}`."
    )


def _is_dormant(settings: SyncSettings, found: InModel) -> bool:
    if settings.dormant == "send":
        return False
    active = found.image[LAST_ACTIVITY]
    return active is None or bool(active < month_start())


def _call(call: Outgoing) -> str:
    if call.reason:
        return f"Would be rejected as {call.change}: {call.reason}. {call.detail}"
    return f"Would be sent as {call.change}."
