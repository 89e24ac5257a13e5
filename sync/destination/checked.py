"""Which destinations were found right before: kept, so that each is asked for once."""

from sqlalchemy import Column, DateTime, MetaData, String, Table, exists, insert, select
from sqlalchemy.schema import CreateSchema

from sync.destination.address import DEMO_TARGET, Destination
from sync.errors import DestinationUnchecked
from warehouse import Warehouse
from warehouse.clock import utc_now
from warehouse.ddl import table_exists

CONFIRMED = "confirmed"


def require_checked(warehouse: Warehouse, destination: Destination) -> None:
    """
    Let a run go on whose destination is known to be right; ask once.

    The sandbox of the target `demo` takes any key, and there is nothing to ask.

    Raises:
        DestinationUnchecked: It is wrong, or only a person can tell.
    """
    if warehouse.target == DEMO_TARGET or is_checked(warehouse, destination):
        return
    # Whoever asks needs HTTP, which a run with nothing to send does without.
    from sync.destination.check import check_destination, explanation

    check = check_destination(warehouse, destination)
    if not check.is_good:
        raise DestinationUnchecked(explanation(check))


def is_checked(warehouse: Warehouse, destination: Destination) -> bool:
    """Whether this key in this region was found right before."""
    checks = _checks(warehouse)
    with warehouse.engine.connect() as connection:
        if not table_exists(connection, checks):
            return False
        found = exists().where(
            checks.c.source == destination.source,
            checks.c.region == destination.region,
            checks.c.key_fingerprint == destination.key_fingerprint,
        )
        return bool(connection.scalar(select(found)))


def record_check(
    warehouse: Warehouse, destination: Destination, verdict: str = CONFIRMED
) -> None:
    """Keep that a destination is right; a person's word counts as `confirmed`."""
    checks = _checks(warehouse)
    with warehouse.engine.begin() as connection:
        connection.execute(CreateSchema(str(checks.schema), if_not_exists=True))
        checks.create(connection, checkfirst=True)
        connection.execute(
            insert(checks).values(
                source=destination.source,
                region=destination.region,
                key_fingerprint=destination.key_fingerprint,
                verdict=str(verdict),
                checked_at=utc_now(),
            )
        )


def _checks(warehouse: Warehouse) -> Table:
    return Table(
        "destination_checks",
        MetaData(),
        Column("source", String(100)),
        Column("region", String(10)),
        Column("key_fingerprint", String(64)),
        Column("verdict", String(20)),
        Column("checked_at", DateTime),
        schema=warehouse.step_schema("ledger"),
    )
