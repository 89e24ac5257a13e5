"""Who is still there under another key, and only seems to have left, or to have come.

A clear for somebody who is in the model would undo what was told of them.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, literal, select

from sync.config.image import Image
from sync.config.settings import SyncSettings
from sync.diff.subject import destination_id, null_like, same_key


def removal_kind(
    settings: SyncSettings, model: Subquery, sent: Any, *, by_key: bool
) -> ColumnElement[str]:
    """What a row becomes that has left the model."""
    if clears_removed(settings) and not by_key:
        still_there = _still_in_model(settings, model, destination_id(settings, sent))
        return case((still_there, literal("forgotten")), else_=literal("removed"))
    is_told = settings.removed is not None or clears_removed(settings)
    return literal("removed" if is_told else "forgotten")


def left_ids(
    settings: SyncSettings, image: Image, model: Subquery, sent: Any
) -> Select[Any]:
    """A key that moved to another id leaves its old id behind: a removal of its own."""
    before, after = destination_id(settings, sent), destination_id(settings, model)
    return (
        select(
            literal("removed"),
            *(sent.c[c.name] for c in image.keys),
            *(null_like(model.c[c.name]) for c in image.values),
            *(sent.c[c.name] for c in image.values),
        )
        .select_from(sent.join(model, same_key(image, model, sent)))
        .where(before.is_distinct_from(after))
        .where(~_still_in_model(settings, model, before))
    )


def clears_removed(settings: SyncSettings) -> bool:
    """Whether Segment is told to forget what it was told of a row that left."""
    return settings.call != "track" and settings.on_removed == "clear"


def is_member(
    settings: SyncSettings, model: Subquery, sent: Any
) -> ColumnElement[bool]:
    """Whoever is in the audience already, under whatever key, does not enter it."""
    members = sent.alias("members")
    return exists(
        select(literal(1))
        .select_from(members)
        .where(destination_id(settings, members) == destination_id(settings, model))
    )


def _still_in_model(
    settings: SyncSettings, model: Subquery, wanted: ColumnElement[Any]
) -> ColumnElement[bool]:
    others = model.alias("others")
    return exists(
        select(literal(1))
        .select_from(others)
        .where(destination_id(settings, others) == wanted)
    )
