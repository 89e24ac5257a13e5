"""Model and ledger -> the query that yields what has changed, and the new image.

Exact: columns are compared with columns, so no hash can collide and the changed fields
are known. All of it runs in the warehouse.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    union_all,
)

from sync.config import SyncSettings
from sync.image import ANONYMOUS_ID, GROUP_ID, USER_ID, Image, ImageColumn
from sync.manifest import Model
from sync.tables import new, old

# The order of delivery: what must be forgotten goes before what is to be remembered.
# `forgotten` rows have no call: their image goes, and that is all.
CHANGE_ORDER = ("forgotten", "removed", "added", "changed")
SUPPRESSIBLE = {"user_id": USER_ID, "anonymous_id": ANONYMOUS_ID}


def images(model: Model, image: Image) -> Select[Any]:
    """The model's rows as images."""
    source = table(
        model.identifier, *(column(name) for name in model.columns), schema=model.schema
    )
    return select(
        *(
            (
                source.c[c.source]
                if c.source
                else literal_column(f"cast(null as {c.data_type})")
            ).label(c.name)
            for c in image.columns
        )
    ).select_from(source)


def model_rows(model: Model, image: Image, suppressions: Table) -> Subquery:
    """The model as images, without the people whom nobody may be told of."""
    every = images(model, image).subquery("images")
    told = select(every)
    for name, role in SUPPRESSIBLE.items():
        if role in every.c:
            told = told.where(~is_suppressed(every.c[role], name, suppressions))
    return told.subquery("model")


def is_suppressed(
    value: ColumnElement[Any], subject_type: str, suppressions: Table
) -> ColumnElement[bool]:
    """Whether the id is on the list of those who were erased or asked for silence."""
    return exists(
        select(literal(1))
        .select_from(suppressions)
        .where(suppressions.c.subject_type == subject_type)
        .where(suppressions.c.subject_id == cast(value, String))
    )


def change_set(
    settings: SyncSettings, image: Image, model: Subquery, sent: Any, rejected: Any
) -> Select[Any]:
    """
    Every row that was added, changed or removed since Segment last confirmed it.

    One row per change: position, change, key, new image, old image. Rows whose image
    was refused before and has not changed since are left out.
    """
    changes = [_compared(settings, image, model, sent)]
    if _clears(settings):
        changes.append(_left_ids(settings, image, model, sent))
    found = union_all(*changes).subquery("changes")
    keys = [found.c[c.name] for c in image.keys]
    rank = case(
        *((found.c.change == change, rank) for rank, change in enumerate(CHANGE_ORDER))
    )
    return select(
        func.row_number().over(order_by=[rank, *keys]).label("position"),
        *(column for column in found.c),
    ).where(~_refused_before(image, found, rejected))


def destination_id(settings: SyncSettings, rows: Any) -> ColumnElement[Any]:
    """The profile or account that Segment files a row's call under, as text."""
    if settings.call == "group":
        return cast(rows.c[GROUP_ID], String)
    ids = [
        literal(prefix) + cast(rows.c[role], String)
        for prefix, role, named in (
            ("u:", USER_ID, settings.user_id),
            ("a:", ANONYMOUS_ID, settings.anonymous_id),
        )
        if named
    ]
    return func.coalesce(*ids) if len(ids) > 1 else ids[0]


def same_key(image: Image, left: Any, right: Any) -> ColumnElement[bool]:
    """Equality of the whole key; keys are never null."""
    return and_(*(left.c[c.name] == right.c[c.name] for c in image.keys))


def _compared(
    settings: SyncSettings, image: Image, model: Subquery, sent: Any
) -> Select[Any]:
    key = image.keys[0].name
    is_new, is_gone = sent.c[key].is_(None), model.c[key].is_(None)
    differs = _differs(settings, image, model, sent)
    found = [is_new]
    if not settings.is_insert_only:
        found += [is_gone, and_(~is_new, ~is_gone, differs)]
    change = case(
        (is_new, literal("added")),
        (is_gone, _removal(settings, model, sent)),
        else_=literal("changed"),
    )
    return (
        select(
            change.label("change"),
            *(
                func.coalesce(model.c[c.name], sent.c[c.name]).label(c.name)
                for c in image.keys
            ),
            *(model.c[c.name].label(new(c.name)) for c in image.values),
            *(sent.c[c.name].label(old(c.name)) for c in image.values),
        )
        .select_from(model.join(sent, same_key(image, model, sent), full=True))
        .where(or_(*found))
    )


def _left_ids(
    settings: SyncSettings, image: Image, model: Subquery, sent: Any
) -> Select[Any]:
    """A key that moved to another id leaves its old id behind: a removal of its own."""
    before, after = destination_id(settings, sent), destination_id(settings, model)
    return (
        select(
            literal("removed"),
            *(sent.c[c.name] for c in image.keys),
            *(_null_like(model.c[c.name]) for c in image.values),
            *(sent.c[c.name] for c in image.values),
        )
        .select_from(sent.join(model, same_key(image, model, sent)))
        .where(before.is_distinct_from(after))
        .where(~_still_in_model(settings, model, before))
    )


def _null_like(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A null of the column's own type, which a bare null is not on every warehouse."""
    return case((literal(1) == literal(0), column), else_=null())


def _removal(settings: SyncSettings, model: Subquery, sent: Any) -> ColumnElement[str]:
    if _clears(settings):
        still_there = _still_in_model(settings, model, destination_id(settings, sent))
        return case((still_there, literal("forgotten")), else_=literal("removed"))
    return literal("removed" if settings.removed else "forgotten")


def _clears(settings: SyncSettings) -> bool:
    return settings.call != "track" and settings.on_removed == "clear"


def _still_in_model(
    settings: SyncSettings, model: Subquery, wanted: ColumnElement[Any]
) -> ColumnElement[bool]:
    others = model.alias("others")
    return exists(
        select(literal(1))
        .select_from(others)
        .where(destination_id(settings, others) == wanted)
    )


def _differs(
    settings: SyncSettings, image: Image, model: Any, sent: Any
) -> ColumnElement[bool]:
    compared = [c for c in image.roles if c.name in (USER_ID, ANONYMOUS_ID, GROUP_ID)]
    if settings.call != "track" or settings.changed:
        compared += image.fields
    else:
        compared = []
    differences = [
        _moved(model.c[c.name], sent.c[c.name], settings.significant.get(c.name), c)
        for c in compared
    ]
    return or_(*differences) if differences else literal(1) == literal(0)


def _moved(
    after: ColumnElement[Any],
    before: ColumnElement[Any],
    threshold: float | None,
    column: ImageColumn,
) -> ColumnElement[bool]:
    after, before = _comparable(after, column), _comparable(before, column)
    if threshold is None:
        return after.is_distinct_from(before)
    # To or from null or zero is always news; the rest is measured against the last
    # confirmed value, so that small drifts add up to one call.
    return or_(
        after.is_(None).is_distinct_from(before.is_(None)),
        (after == 0).is_distinct_from(before == 0),
        func.abs(after - before) >= threshold,
    )


def _refused_before(
    image: Image, found: Subquery, rejected: Any
) -> ColumnElement[bool]:
    return exists(
        select(literal(1))
        .select_from(rejected)
        .where(same_key(image, rejected, found))
        .where(rejected.c.change == found.c.change)
        .where(
            *(
                _comparable(rejected.c[c.name], c).is_not_distinct_from(
                    _comparable(found.c[new(c.name)], c)
                )
                for c in image.values
            )
        )
    )


def _comparable(value: ColumnElement[Any], column: ImageColumn) -> ColumnElement[Any]:
    return cast(value, String) if column.is_json else value
