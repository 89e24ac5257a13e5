"""Whom a row is about: its key, its ids, and the profile its calls are filed under."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
)

from sync.config import SyncSettings
from sync.image import ANONYMOUS_ID, GROUP_ID, USER_ID, Image

SUPPRESSIBLE = {"user_id": USER_ID, "anonymous_id": ANONYMOUS_ID}


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


def null_like(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A null of the column's own type, which a bare null is not on every warehouse."""
    return case((literal(1) == literal(0), column), else_=null())
