"""Model and ledger -> the query that yields what has changed, and the new image.

Exact: columns are compared with columns, so no hash can collide and the changed fields
are known. All of it runs in the warehouse.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from sync.again import Again
from sync.billing import month_start
from sync.config import SyncSettings
from sync.consent import consent_of
from sync.doubt import left_in_doubt, told_again
from sync.image import (
    ANONYMOUS_ID,
    EXTERNAL_ID,
    GROUP_ID,
    LAST_ACTIVITY,
    USER_ID,
    Image,
    ImageColumn,
    relation,
)
from sync.manifest import Model, Sync
from sync.subject import (
    SUPPRESSIBLE,
    destination_id,
    is_suppressed,
    null_like,
    same_key,
)
from sync.tables import CHANGE, new, old

# The order of delivery: what must be forgotten goes before what is to be remembered.
# `forgotten` and `adopted` rows have no call: their image goes, or comes.
SILENT = ("forgotten", "adopted")
CHANGE_ORDER = ("forgotten", "removed", "adopted", "added", "changed")


def images(model: Model, image: Image) -> Select[Any]:
    """The model's rows as images."""
    return images_from(relation(model), image)


def model_rows(sync: Sync, image: Image, suppressions: Table) -> Subquery:
    """The model as images, without the people whom nobody may be told of."""
    source = relation(sync.model)
    every = images_from(source, image)
    if (consent := consent_of(sync.settings, source)) is not None:
        every = every.where(consent)
    found = every.subquery("images")
    told = select(found)
    for name, role in SUPPRESSIBLE.items():
        if role in found.c:
            told = told.where(~is_suppressed(found.c[role], name, suppressions))
    return told.subquery("model")


def images_from(source: Any, image: Image) -> Select[Any]:
    """Its rows as images, all of them."""
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


def change_set(
    settings: SyncSettings,
    image: Image,
    model: Subquery,
    sent: Any,
    rejected: Any,
    again: Again | None = None,
    doubt: Any = None,
) -> Select[Any]:
    """
    Every row that was added, changed or removed since Segment last confirmed it.

    One row per change: position, change, key, new image, old image. Rows whose image
    was refused before and has not changed since are left out. `again` takes every row
    of the model for added, whatever was confirmed or refused. `doubt` names those of
    whom a plan that was closed early may have told, if there are any.
    """
    everything = again is not None
    found = _changes(settings, image, model, sent, doubt, everything=everything)
    keys = [found.c[c.name] for c in image.keys]
    rank = case(
        *((found.c.change == change, rank) for rank, change in enumerate(CHANGE_ORDER))
    )
    rows = select(
        func.row_number().over(order_by=[rank, *keys]).label("position"),
        *(column for column in found.c),
    ).where(~_is_held(settings, found))
    if again is not None:
        return rows.where(again.wanted(found))
    return rows.where(~_refused_before(image, found, rejected))


def held_back(
    settings: SyncSettings, image: Image, model: Subquery, sent: Any
) -> Select[Any]:
    """How many changes wait until their people do something again: `dormant: hold`."""
    found = _changes(settings, image, model, sent)
    rows = select(func.count()).select_from(found)
    return rows.where(_is_held(settings, found))


def _changes(
    settings: SyncSettings,
    image: Image,
    model: Subquery,
    sent: Any,
    doubt: Any = None,
    *,
    everything: bool = False,
) -> Subquery:
    if settings.is_insert_only:
        doubt = None  # Its ids do not depend on the plan: a re-send is recognised.
    changes = [_compared(settings, image, model, sent, doubt, everything=everything)]
    if _clears(settings):
        changes.append(_left_ids(settings, image, model, sent))
    if doubt is not None:
        changes.append(left_in_doubt(settings, image, model, sent, doubt))
    return union_all(*changes).subquery("changes")


def _is_held(settings: SyncSettings, found: Subquery) -> ColumnElement[bool]:
    """A clear is never held: its row has left the model, and would wait for ever."""
    if settings.dormant == "send":
        return literal(1) == literal(0)
    active = found.c[new(LAST_ACTIVITY)]
    is_dormant = or_(active.is_(None), active < month_start())
    return and_(found.c.change.in_(("added", "changed")), is_dormant)


def _compared(
    settings: SyncSettings,
    image: Image,
    model: Subquery,
    sent: Any,
    doubt: Any,
    *,
    everything: bool,
) -> Select[Any]:
    key = image.keys[0].name
    is_new, is_gone = sent.c[key].is_(None), model.c[key].is_(None)
    differs = _differs(settings, image, model, sent)
    found = [is_new]
    if not settings.is_insert_only:
        found += [is_gone, and_(~is_new, ~is_gone, differs)]
    added = literal("added" if _tells_of_added(settings) else "adopted")
    kinds = [(is_gone, _removal(settings, model, sent)), (is_new, added)]
    if everything:
        found.append(and_(~is_gone, ~_is_emptied(settings, image, sent)))
    elif settings.call == "audience":
        kinds.insert(1, (_is_member(settings, model, sent), literal("adopted")))
    if doubt is not None and not everything:
        again = told_again(settings, image, model, doubt)
        kinds[1:1] = again
        found += [is_one for is_one, _ in again]
    change = case(*kinds, else_=added if everything else literal("changed"))
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


def _is_emptied(settings: SyncSettings, image: Image, sent: Any) -> ColumnElement[bool]:
    """An event whose person is suppressed: told once, and of nobody else again."""
    ids = [c.name for c in image.roles if c.name in SUPPRESSIBLE.values()]
    is_known = sent.c[image.keys[0].name].is_not(None)
    if not settings.is_insert_only:
        return literal(1) == literal(0)
    return and_(is_known, *(sent.c[name].is_(None) for name in ids))


def _left_ids(
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


def _removal(settings: SyncSettings, model: Subquery, sent: Any) -> ColumnElement[str]:
    if _clears(settings):
        still_there = _still_in_model(settings, model, destination_id(settings, sent))
        return case((still_there, literal("forgotten")), else_=literal("removed"))
    return literal("removed" if settings.removed else "forgotten")


def _tells_of_added(settings: SyncSettings) -> bool:
    return settings.call != "track" or settings.added is not None


def _clears(settings: SyncSettings) -> bool:
    return settings.call != "track" and settings.on_removed == "clear"


def _is_member(
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


def _differs(
    settings: SyncSettings, image: Image, model: Any, sent: Any
) -> ColumnElement[bool]:
    differences = [
        _moved(model.c[c.name], sent.c[c.name], settings.significant.get(c.name), c)
        for c in _compared_columns(settings, image)
    ]
    if settings.call == "audience":
        before, after = destination_id(settings, sent), destination_id(settings, model)
        differences = [before.is_distinct_from(after)]
    return or_(*differences) if differences else literal(1) == literal(0)


def _compared_columns(settings: SyncSettings, image: Image) -> list[ImageColumn]:
    """
    What makes a row news: its ids and its fields.

    The userId of a group call only says who told of the account.
    """
    if not (settings.keeps_traits or settings.changed):
        return []
    ids = {GROUP_ID} if settings.call == "group" else {USER_ID, ANONYMOUS_ID, GROUP_ID}
    roles = [c for c in image.roles if c.name in ids or c.name.startswith(EXTERNAL_ID)]
    return [*roles, *image.fields]


def _moved(
    after: ColumnElement[Any],
    before: ColumnElement[Any],
    threshold: float | None,
    column: ImageColumn,
) -> ColumnElement[bool]:
    after, before = comparable(after, column), comparable(before, column)
    if threshold is None:
        return after.is_distinct_from(before)
    # To or from null or zero is always news; the rest is measured against the last
    # confirmed value, so that small drifts add up to one call.
    return or_(
        after.is_(None).is_distinct_from(before.is_(None)),
        (after == 0).is_distinct_from(before == 0),
        # As floats: whole numbers of a small type overflow when they are subtracted.
        func.abs(cast(after, Double) - cast(before, Double)) >= threshold,
    )


def _refused_before(
    image: Image, found: Subquery, rejected: Any
) -> ColumnElement[bool]:
    return exists(
        select(literal(1))
        .select_from(rejected)
        .where(same_key(image, rejected, found))
        .where(rejected.c[CHANGE] == found.c.change)
        .where(
            *(
                comparable(rejected.c[c.name], c).is_not_distinct_from(
                    comparable(found.c[new(c.name)], c)
                )
                for c in image.values
            )
        )
    )


def comparable(value: ColumnElement[Any], column: ImageColumn) -> ColumnElement[Any]:
    """The value as it can be compared: JSON has no equality everywhere."""
    return cast(value, String) if column.is_json else value
