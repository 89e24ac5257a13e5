"""Who has said no -> which rows are not to send, not to clear and not to keep.

`consent` names a boolean column of the model; a row where it is not true is left out of
both sides of the comparison, as somebody who is suppressed is.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    true,
)

from sync.config.image import ANONYMOUS_ID, USER_ID, image_of, relation
from sync.config.manifest import Sync
from sync.config.settings import SyncSettings
from sync.ledger.tables import new, old

IDS = (USER_ID, ANONYMOUS_ID)


def consent_of(settings: SyncSettings, source: Any) -> ColumnElement[bool] | None:
    """The model's column that says yes or no, if the sync asks for consent."""
    consent = settings.consent
    return source.c[consent.column] if consent and consent.column else None


def kept_about_them(sync: Sync, sent: Any) -> ColumnElement[bool] | None:
    """Whether a confirmed row is about somebody who has not consented."""
    return _about_them(sync, sent, [lambda name: name])


def planned_about_them(sync: Sync, pending: Table) -> ColumnElement[bool] | None:
    """The same of a row that was planned when they had not said no yet."""
    return _about_them(sync, pending, [new, old])


def _about_them(
    sync: Sync, rows: Any, versions: list[Any]
) -> ColumnElement[bool] | None:
    """
    By its key and, where an id has one row, by its id: the key may have changed.

    An event is asked for by its key alone, since each has its own answer.
    """
    withheld = _withheld(sync)
    if withheld is None:
        return None
    said_no = withheld.subquery("withheld")
    keys = [c.name for c in said_no.c if c.name not in IDS]
    same = [and_(*(_same(rows.c[name], said_no.c[name]) for name in keys))]
    if sync.settings.call != "track":
        same += [
            _same(rows.c[version(name)], said_no.c[name])
            for name in IDS
            for version in versions
            if name in said_no.c and version(name) in rows.c
        ]
    return exists(select(literal(1)).select_from(said_no).where(or_(*same)))


def _withheld(sync: Sync) -> Select[Any] | None:
    """Key and ids of the model's rows that nobody may be told of."""
    source = relation(sync.model)
    consent = consent_of(sync.settings, source)
    if consent is None:
        return None
    image = image_of(sync)
    ids = [c for c in image.roles if c.name in IDS]
    return (
        select(*(source.c[c.source or ""].label(c.name) for c in (*image.keys, *ids)))
        .select_from(source)
        .where(consent.is_not(true()))
    )


def _same(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[bool]:
    """As text: a plan may be older than the types that the model has now."""
    return cast(left, String) == cast(right, String)
