"""Model and ledger -> the query that yields what has changed, and the new image.

Exact: columns are compared with columns, so no hash can collide and the changed fields
are known. All of it runs in the warehouse.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from sync.config.image import LAST_ACTIVITY, Image
from sync.config.settings import SyncSettings
from sync.diff.again import Again
from sync.diff.billing import month_start
from sync.diff.doubt import left_in_doubt, told_again
from sync.diff.news import comparable, differs
from sync.diff.presence import clears_removed, is_member, left_ids, removal_kind
from sync.diff.subject import SUPPRESSIBLE, same_key
from sync.ledger.tables import CHANGE, CHANGE_ORDER, new, old
from warehouse.numbering import numbered


def change_set(
    settings: SyncSettings,
    image: Image,
    model: Subquery,
    sent: Any,
    rejected: Any,
    again: Again | None = None,
    doubt: Any = None,
    *,
    by_key: bool = False,
) -> Select[Any]:
    """
    Every row that was added, changed or removed since Segment last confirmed it.

    One row per change: position, change, key, new image, old image. Rows whose image
    was refused before and has not changed since are left out. `again` takes every row
    of the model for added, whatever was confirmed or refused. `doubt` names those of
    whom a plan that was closed early may have told, if there are any. `by_key` promises
    that each row is filed under its own key (`is_filed_by_key`), which saves joins.
    """
    everything = again is not None
    found = _changes(
        settings, image, model, sent, doubt, everything=everything, by_key=by_key
    )
    rows = select(found).where(~_is_held(settings, found))
    if again is not None:
        rows = rows.where(again.wanted(found))
    else:
        # Not by `not exists`, for which DuckDB first groups all that has changed.
        refused = _refused_before(image, found, rejected)
        rows = rows.outerjoin(rejected, refused).where(rejected.c[CHANGE].is_(None))
    return numbered(rows, lambda found: _order_of_delivery(image, found))


def _order_of_delivery(image: Image, found: Any) -> list[ColumnElement[Any]]:
    rank = case(
        *((found.c.change == change, rank) for rank, change in enumerate(CHANGE_ORDER))
    )
    return [rank, *(found.c[c.name] for c in image.keys)]


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
    by_key: bool = False,
) -> Subquery:
    if settings.is_insert_only:
        doubt = None  # Its ids do not depend on the plan: a re-send is recognised.
    removal = removal_kind(settings, model, sent, by_key=by_key)
    changes = [
        _compared(settings, image, model, sent, doubt, removal, everything=everything)
    ]
    if clears_removed(settings) and not by_key:
        changes.append(left_ids(settings, image, model, sent))
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
    removal: ColumnElement[str],
    *,
    everything: bool,
) -> Select[Any]:
    key = image.keys[0].name
    is_new, is_gone = sent.c[key].is_(None), model.c[key].is_(None)
    found = [is_new]
    if not settings.is_insert_only:
        found += [
            is_gone,
            and_(~is_new, ~is_gone, differs(settings, image, model, sent)),
        ]
    added = literal("added" if _tells_of_added(settings) else "adopted")
    kinds = [(is_gone, removal), (is_new, added)]
    if everything:
        found.append(and_(~is_gone, ~_is_emptied(settings, image, sent)))
    elif settings.call == "audience":
        kinds.insert(1, (is_member(settings, model, sent), literal("adopted")))
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


def _tells_of_added(settings: SyncSettings) -> bool:
    return settings.call != "track" or settings.added is not None


def _refused_before(
    image: Image, found: Subquery, rejected: Any
) -> ColumnElement[bool]:
    return and_(
        same_key(image, rejected, found),
        rejected.c[CHANGE] == found.c.change,
        *(
            comparable(rejected.c[c.name], c).is_not_distinct_from(
                comparable(found.c[new(c.name)], c)
            )
            for c in image.values
        ),
    )
