"""Any identifier -> the people it leads to, and their sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, TableClause, and_, func, or_, select

from reports.doors import door
from reports.phone import normal_phone
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """One session of the person, as a support agent wants to see it."""

    session_id: str
    started_at: datetime
    replay_url: str | None
    frustration_score: Decimal | None
    top_signal: str | None
    stitch_rule: str
    identifier_type: str
    profile_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """Somebody an identifier leads to. `user_id` is None while they are anonymous."""

    profile_id: str
    user_id: str | None
    frustration_score: Decimal | None
    frustration_band: str | None
    sessions_count: int
    last_seen_at: datetime | None
    relyv_sessions_url: str


def look_up(
    warehouse: Warehouse, value: str, *, limit: int = 20
) -> Sequence[FoundSession]:
    """
    Find sessions by an e-mail, a user id, a CRM id or any other identifier.

    Args:
        warehouse: The target, open.
        value: The identifier as a person has it: case, blanks and the marks in a
            telephone number do not matter.
        limit: At most so many, the newest first.
    """
    names = [name for name in FoundSession.__dataclass_fields__ if name != _TYPE]
    found = door(warehouse, "lookup", "reverse_lookup", *names, _TYPE, "lookup_value")
    # A user id may be an e-mail address as well: that is one session, found once.
    query = (
        select(
            *(found.c[name] for name in names), func.min(found.c[_TYPE]).label(_TYPE)
        )
        .where(is_searched(warehouse, found, value))
        .group_by(*(found.c[name] for name in names))
        .order_by(found.c.started_at.desc(), found.c.session_id)
        .limit(limit)
    )
    with warehouse.engine.connect() as connection:
        return [FoundSession(**row._mapping) for row in connection.execute(query)]


def find_people(warehouse: Warehouse, value: str) -> Sequence[FoundPerson]:
    """
    Find whom an identifier names, with sessions or without, in the order of their ids.

    An identifier that several people share names nobody.
    """
    names = tuple(FoundPerson.__dataclass_fields__)
    traits = door(warehouse, "traits", "profile_traits", *names)
    identifiers = door(
        warehouse, "lookup", "lookup_identifiers", "profile_id", _TYPE, "lookup_value"
    )
    named = select(identifiers.c.profile_id).where(
        is_searched(warehouse, identifiers, value)
    )
    query = (
        select(*(traits.c[name] for name in names))
        .where(traits.c.profile_id.in_(named))
        .order_by(traits.c.profile_id)
    )
    with warehouse.engine.connect() as connection:
        return [FoundPerson(**row._mapping) for row in connection.execute(query)]


def is_searched(
    warehouse: Warehouse, searched: TableClause, value: str
) -> ColumnElement[bool]:
    """The condition on `lookup_value`, for a table that has the identifier's type."""
    as_written: ColumnElement[bool] = searched.c.lookup_value == func.lower(
        func.trim(value)
    )
    phone = normal_phone(warehouse, value)
    if phone is None:
        return as_written
    types = door(warehouse, "seeds", "identifier_types", _TYPE, "value_format")
    phones = select(types.c[_TYPE]).where(types.c.value_format == "phone")
    is_phone = searched.c[_TYPE].in_(phones)
    return or_(as_written, and_(searched.c.lookup_value == phone, is_phone))


_TYPE = "identifier_type"
