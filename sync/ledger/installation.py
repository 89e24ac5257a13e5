"""Whose messages these are, and which workspace the ledger speaks of.

A ledger is created once, bound to a destination, and recognised when it is lost.
"""

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import exists, insert, literal, select, update
from sqlalchemy.schema import CreateSchema

from sync.destination.address import Destination
from sync.errors import ConfigError, DestinationChanged, LedgerLost
from sync.ledger.ledger import Ledger
from sync.ledger.migrations import migrate
from sync.ledger.restored import epoch_of_run, renew_epoch
from sync.ledger.tables import SCHEMA_VERSION, births
from warehouse.clock import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Whose messages these are. Both parts go into every messageId."""

    installation: str
    epoch: str


def open_ledger(
    ledger: Ledger, destination: Destination, *, start_afresh: bool = False
) -> Installation:
    """
    Create the ledger, or check that it is this destination's.

    Args:
        destination: Where the calls go.
        start_afresh: Go on although the ledger was lost: all rows are new again.

    Raises:
        ConfigError: A newer relyv-segment wrote it.
        LedgerLost: There was a ledger, and it is gone.
        DestinationChanged: It is bound to another key or region.
    """
    installation = read_installation(ledger)
    if installation is None:
        installation = _create(ledger, start_afresh)
    else:
        migrate(ledger)
    _bind(ledger, installation, destination)
    epoch = epoch_of_run(ledger, installation.epoch)
    installation = replace(installation, epoch=epoch)
    _record_birth(ledger, installation)
    return installation


def rebind(ledger: Ledger, destination: Destination) -> None:
    """
    Take a new write key for the same source, after its rotation.

    Raises:
        ConfigError: There is no ledger yet, or the region is another one.
    """
    rows = ledger.tables.ledger
    if not ledger.exists():
        raise ConfigError("There is no ledger to bind: the first run makes one.")
    with ledger.warehouse.engine.begin() as connection:
        region = connection.execute(
            select(rows.c.region).where(rows.c.source == destination.source)
        ).scalar()
        if region is not None and region != destination.region:
            raise ConfigError(
                f"The ledger is bound to a workspace in the {region}, and a workspace "
                "never moves: this is another one. Use another dbt target for it."
            )
        connection.execute(
            update(rows)
            .where(rows.c.source == destination.source)
            .values(key_fingerprint=destination.key_fingerprint)
        )


def renew_ids(ledger: Ledger) -> None:
    """
    Let no message from now on have an id that Segment may know: for a warehouse that
    was restored whole, which cannot know it by itself.

    Raises:
        ConfigError: There is no ledger yet.
    """
    if read_installation(ledger) is None:
        raise ConfigError("There is no ledger: the first run makes one.")
    renew_epoch(ledger)


def read_installation(ledger: Ledger) -> Installation | None:
    """The installation and epoch, if there is a ledger."""
    if not ledger.exists():
        return None
    rows = ledger.tables.ledger
    with ledger.warehouse.engine.connect() as connection:
        row = connection.execute(
            select(rows.c.installation, rows.c.epoch)
            .order_by(rows.c.created_at)
            .limit(1)
        ).first()
    return Installation(installation=row[0], epoch=row[1]) if row else None


def _create(ledger: Ledger, start_afresh: bool) -> Installation:
    birth = births(ledger.warehouse.schema)
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(CreateSchema(str(birth.schema), if_not_exists=True))
        connection.execute(CreateSchema(ledger.tables.schema, if_not_exists=True))
        birth.create(connection, checkfirst=True)
        ledger.tables.metadata.create_all(connection)
        earlier = connection.execute(
            select(birth.c.installation).order_by(birth.c.born_at).limit(1)
        ).scalar()
    if earlier and not start_afresh:
        raise LedgerLost(
            f"The ledger in {ledger.tables.schema} is gone or empty, and there was "
            "one: what Segment already has is unknown. Restore the schema, or run "
            "`relyv sync run --start-afresh` to send every row again."
        )
    return Installation(
        installation=earlier or str(uuid.uuid4()), epoch=str(uuid.uuid4())
    )


def _record_birth(ledger: Ledger, installation: Installation) -> None:
    # After the ledger's first row, never before: a run that is killed in between
    # must not look like a ledger that was lost.
    birth = births(ledger.warehouse.schema)
    known = exists(
        select(literal(1)).select_from(birth).where(birth.c.epoch == installation.epoch)
    )
    row = select(
        literal(installation.installation), literal(installation.epoch), utc_now()
    ).where(~known)
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(
            insert(birth).from_select(["installation", "epoch", "born_at"], row)
        )


def _bind(ledger: Ledger, installation: Installation, destination: Destination) -> None:
    rows = ledger.tables.ledger
    with ledger.warehouse.engine.begin() as connection:
        row = connection.execute(
            select(rows.c.region, rows.c.key_fingerprint).where(
                rows.c.source == destination.source
            )
        ).first()
        if row is None:
            connection.execute(
                insert(rows).values(
                    installation=installation.installation,
                    epoch=installation.epoch,
                    source=destination.source,
                    region=destination.region,
                    key_fingerprint=destination.key_fingerprint,
                    schema_version=SCHEMA_VERSION,
                    created_at=utc_now(),
                )
            )
            return
    if tuple(row) != (destination.region, destination.key_fingerprint):
        raise DestinationChanged(
            f"The ledger is bound to the {row.region} source with key fingerprint "
            f"{row.key_fingerprint}; the environment now names a "
            f"{destination.region} source with {destination.key_fingerprint}. What "
            "the ledger calls confirmed is confirmed there only. Put the old key "
            "back; for a new key of the same source run `relyv sync rebind`; for "
            "another workspace use another dbt target."
        )
