"""Recognise a ledger that was restored from a backup, and give it a new epoch.

It has forgotten plans that Segment has not: their numbers come again, and with them
their messageIds, under which Segment would drop what is new as a repetition. So each
run leaves the same mark in the ledger and outside of its schema.
"""

import logging
import uuid

from sqlalchemy import Connection, Table, delete, insert, select, update

from sync.ledger.ledger import Ledger
from sync.ledger.tables import visits
from warehouse.ddl import column_types, table_exists

logger = logging.getLogger("relyv.sync")


def epoch_of_run(ledger: Ledger, epoch: str) -> str:
    """Leave this run's mark; the epoch, or a new one if the last marks differ."""
    rows, outside = ledger.tables.ledger, visits(ledger.warehouse.schema)
    with ledger.warehouse.engine.begin() as connection:
        outside.create(connection, checkfirst=True)
        if _marks_differ(connection, rows, outside):
            epoch = _renewed(connection, ledger)
            logger.warning("sync.epoch_renewed")
        visit = str(uuid.uuid4())
        connection.execute(update(rows).values(visit=visit))
        connection.execute(delete(outside))
        connection.execute(insert(outside).values(visit=visit))
    return epoch


def is_restored(ledger: Ledger) -> bool:
    """Whether the next run will find a ledger out of a backup, and renew its epoch."""
    rows, outside = ledger.tables.ledger, visits(ledger.warehouse.schema)
    with ledger.warehouse.engine.connect() as connection:
        if not table_exists(connection, outside):
            return False
        # A ledger from before there were marks is older than the mark outside of it.
        has_mark = "visit" in column_types(connection, rows)
        return not has_mark or _marks_differ(connection, rows, outside)


def renew_epoch(ledger: Ledger) -> None:
    """Let no message from now on have an id that Segment may know."""
    with ledger.warehouse.engine.begin() as connection:
        _renewed(connection, ledger)


def _marks_differ(connection: Connection, rows: Table, outside: Table) -> bool:
    # Both at one moment: another run may begin meanwhile.
    marks = [select(each.c.visit).limit(1) for each in (rows, outside)]
    kept, told = connection.execute(
        select(*(mark.scalar_subquery() for mark in marks))
    ).one()
    return bool(kept != told)


def _renewed(connection: Connection, ledger: Ledger) -> str:
    epoch = str(uuid.uuid4())
    connection.execute(update(ledger.tables.ledger).values(epoch=epoch))
    return epoch
