"""When the newest row of each raw table came in: one question per table.

dbt's sources say by which column (`loaded_at_field`) and how old is too old
(`freshness`), so `dbt source freshness` says the same on the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dagster import AssetKey
from sqlalchemy import Column, DateTime, MetaData, Table, func, select

from warehouse import Warehouse
from warehouse.ddl import column_types

Source = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how long nothing new is no news: then it is late, then stale."""

    late: timedelta
    stale: timedelta


def read_newest(
    warehouse: Warehouse, sources: Mapping[AssetKey, Source]
) -> dict[AssetKey, datetime]:
    """The newest row of each table that is there and says when rows came in, in UTC."""
    found = {}
    with warehouse.engine.connect() as connection:
        for key, source in sources.items():
            field = source.get("loaded_at_field")
            if not field:
                continue
            table = Table(
                source["identifier"],
                MetaData(schema=source["schema"]),
                Column(field, DateTime),
            )
            # A table that Segment made has the columns of the calls that came.
            names = {name.lower() for name in column_types(connection, table)}
            if field.lower() not in names:
                continue
            newest = connection.execute(select(func.max(table.c[field]))).scalar()
            if newest is not None:
                found[key] = _in_utc(newest)
    return found


def patience(source: Source) -> Patience | None:
    """How old its newest row may be; None: nobody said."""
    limits = source.get("freshness") or {}
    late, stale = (_period(limits.get(name)) for name in ("warn_after", "error_after"))
    if late is None or stale is None:
        return None
    return Patience(late=late, stale=stale)


def _period(limit: Mapping[str, Any] | None) -> timedelta | None:
    if not limit or not limit.get("count"):
        return None
    return timedelta(**{f"{limit['period']}s": int(limit["count"])})


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
