"""Whom a row is about: its key, its ids, and the profile its calls are filed under."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from sync.config.image import ANONYMOUS_ID, GROUP_ID, USER_ID, Image
from sync.config.settings import SyncSettings
from warehouse.listed import Listed

SUPPRESSIBLE = {"user_id": USER_ID, "anonymous_id": ANONYMOUS_ID}


def is_suppressed(
    value: ColumnElement[Any], subject_type: str, suppressions: Table
) -> ColumnElement[bool]:
    """Whether the id is on the list of those who were erased or asked for silence."""
    ids = select(suppressions.c.subject_id).where(
        suppressions.c.subject_type == subject_type
    )
    return Listed(cast(value, String), ids)


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


def names_key_as_id(settings: SyncSettings) -> bool:
    """Whether the model's key is the id that its rows are filed under."""
    if settings.call == "group":
        return settings.key == [settings.group_id]
    ids = [name for name in (settings.user_id, settings.anonymous_id) if name]
    return settings.key == ids


def is_filed_by_key(
    connection: Connection, settings: SyncSettings, image: Image, sent: Any
) -> bool:
    """
    Whether every row, of the model and of the ledger, is filed under its own key.

    Then none can move to another id, and whoever's row is gone has no other one. The
    ledger's rows can be older than the settings, so they are asked.
    """
    if not names_key_as_id(settings):
        return False
    (key,) = (sent.c[column.name] for column in image.keys)
    filed = sent.c[GROUP_ID if settings.call == "group" else _only_id(settings)]
    is_other = cast(key, String).is_distinct_from(cast(filed, String))
    others = select(literal(1)).select_from(sent).where(is_other).limit(1)
    return connection.execute(others).first() is None


def _only_id(settings: SyncSettings) -> str:
    return USER_ID if settings.user_id else ANONYMOUS_ID


def same_key(image: Image, left: Any, right: Any) -> ColumnElement[bool]:
    """Equality of the whole key; keys are never null."""
    return and_(*(left.c[c.name] == right.c[c.name] for c in image.keys))


def null_like(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A null of the column's own type, which a bare null is not on every warehouse."""
    return case((literal(1) == literal(0), column), else_=null())
