"""Work that two processes must not do at once: creating schemas, landing a file.

A DuckDB file has one process anyway; PostgreSQL has as many as it likes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from warehouse.engine import BUSY_WAIT_SECONDS, Warehouse
from warehouse.errors import WarehouseBusy

_LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def one_at_a_time(
    warehouse: Warehouse, work: str, *, wait_seconds: float = BUSY_WAIT_SECONDS
) -> Iterator[None]:
    """
    Do the work while no other process does work of the same name in this target.

    Raises:
        WarehouseBusy: Another process was still at it when the time was over.
    """
    if warehouse.kind != "postgres":
        yield
        return
    lock = func.hashtextextended(f"relyv:{warehouse.schema}:{work}", 0)
    # The lock is the connection's, not a transaction's: it ends with the process, too.
    with warehouse.engine.connect() as connection:
        try:
            milliseconds = int(wait_seconds * 1000)
            connection.execute(text(f"set local lock_timeout = {milliseconds}"))
            connection.execute(select(func.pg_advisory_lock(lock)))
            connection.commit()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise WarehouseBusy(
                f"Another process has been at it for {wait_seconds:g} seconds "
                f"({work}). Try again when it has finished."
            ) from None
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(lock)))
            connection.commit()
