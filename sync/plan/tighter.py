"""A plan's frozen settings and those of now -> what of the plan is no longer allowed.

A plan is finished with the settings it was frozen with, so that its messages stay the
same. What somebody has forbidden since must not leave all the same.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from sync.config.image import (
    ANONYMOUS_ID,
    EXTERNAL_ID,
    GROUP_ID,
    REGION,
    USER_ID,
    Image,
    ImageColumn,
    image_of,
)
from sync.config.manifest import Sync
from sync.config.settings import CHANGES, SyncSettings
from sync.plan.frozen import FrozenPlan

IDS = (USER_ID, ANONYMOUS_ID, GROUP_ID, REGION)


def forbidden(plan: FrozenPlan, sync: Sync) -> list[str]:
    """Each setting that forbids more than it did when the plan was frozen, by name."""
    before, after = plan.settings, sync.settings
    found = chain(
        _other_rows(before, after),
        _less_is_told(plan.image, image_of(sync)),
        _less_is_personal(before, after),
        _fewer_events(before, after),
        _less_often(before, after),
        _more_is_asked(before, after),
        _fewer_destinations(before.integrations, after.integrations),
        _smaller_guard(plan, after),
    )
    return list(dict.fromkeys(found))


def _other_rows(before: SyncSettings, after: SyncSettings) -> Iterator[str]:
    """Another kind of call, or other rows: nobody asks for the plan any more."""
    for name in ("call", "source", "key", "trait"):
        if getattr(before, name) != getattr(after, name):
            yield name


def _less_is_told(before: Image, after: Image) -> Iterator[str]:
    kept = {(column.name, column.source) for column in after.values}
    for column in before.fields:
        # A field without a source is a clear of what Segment has: never forbidden.
        if column.source and (column.name, column.source) not in kept:
            yield "fields"
    for column in before.roles:
        if _is_id(column) and (column.name, column.source) not in kept:
            yield _setting_of(column)


def _is_id(column: ImageColumn) -> bool:
    return column.name in IDS or column.name.startswith(EXTERNAL_ID)


def _setting_of(column: ImageColumn) -> str:
    if column.name.startswith(EXTERNAL_ID):
        return "external_ids"
    return column.name.removeprefix("_")


def _less_is_personal(before: SyncSettings, after: SyncSettings) -> Iterator[str]:
    """A column may be sent that was not tagged at all; to hash it is to tell less."""
    for column in before.personal.keys() | after.personal.keys():
        was, now = before.personal.get(column), after.personal.get(column)
        if was != now and (was == "send" or now == "hash"):
            yield "personal"


def _fewer_events(before: SyncSettings, after: SyncSettings) -> Iterator[str]:
    for change in CHANGES:
        was, now = before.event_for(change), after.event_for(change)
        if was and not (now and now.event == was.event):
            yield change
        elif was and now and was.previous and was.previous != now.previous:
            yield f"{change}.previous"
    if before.on_removed == "clear" and after.on_removed == "ignore":
        yield "on_removed"
    for name in ("entered", "exited"):
        if getattr(before, name) != getattr(after, name):
            yield name


def _less_often(before: SyncSettings, after: SyncSettings) -> Iterator[str]:
    if before.dormant == "send" and after.dormant == "hold":
        yield "dormant"
    for name, threshold in after.significant.items():
        if threshold > before.significant.get(name, 0):
            yield "significant"


def _more_is_asked(before: SyncSettings, after: SyncSettings) -> Iterator[str]:
    if after.consent and after.consent != before.consent:
        yield "consent"
    if after.region and after.region != before.region:
        yield "region"
    if before.active and not after.active:
        yield "active"
    if any(after.context.get(name) != said for name, said in before.context.items()):
        yield "context"
    rules = after.tracking_plan
    if rules and rules.on_violation == "block" and rules != before.tracking_plan:
        yield "tracking_plan"


def _fewer_destinations(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    """An options block allows a destination as `true` does."""
    for name in {"All", *before, *after}:
        was, now = (
            bool(said.get(name, said.get("All", True))) for said in (before, after)
        )
        if was and not now:
            yield "integrations"


def _smaller_guard(plan: FrozenPlan, after: SyncSettings) -> Iterator[str]:
    if plan.counts.total > after.guard.calls < plan.settings.guard.calls:
        yield "guard"
