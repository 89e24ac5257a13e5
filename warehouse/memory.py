"""How much memory DuckDB takes: little, and more for the work that needs it.

DuckDB takes what it is given before it spills. What a limit is too small for, it
refuses; so little is given first, and the work is done again with more.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from warehouse.engine import Warehouse

logger = logging.getLogger("relyv.warehouse")

Result = TypeVar("Result")

USUAL_MB = 2_000
LITTLE_MB = 128
LEAST_MB = 32
GROWS_BY = 4


class Memory:
    """
    The limit of one open file. `own` is the one that profiles.yml sets, which stays.
    """

    def __init__(self, own: object = None) -> None:
        self.own = own
        self.megabytes = USUAL_MB

    @property
    def limit(self) -> object:
        """As DuckDB takes it."""
        return self.own or f"{self.megabytes}MB"


@contextmanager
def little_memory(warehouse: "Warehouse") -> Iterator[None]:
    """Hold DuckDB to little memory meanwhile; see `grown_as_needed`."""
    _hold_to(warehouse, LITTLE_MB)
    try:
        yield
    finally:
        with suppress(DBAPIError):  # of a file that is lost, whose own error says more
            _hold_to(warehouse, USUAL_MB)


@contextmanager
def least_memory(warehouse: "Warehouse") -> Iterator[None]:
    """
    Hold DuckDB to the least meanwhile: for work that keeps no rows.

    DuckDB fills what it has with what it reads. Where little was too little already,
    nothing is taken away.
    """
    before = warehouse.memory.megabytes
    _hold_to(warehouse, LEAST_MB if before == LITTLE_MB else before)
    try:
        yield
    finally:
        _hold_to(warehouse, before)


def grown_as_needed(warehouse: "Warehouse", work: Callable[[], Result]) -> Result:
    """
    Do work that may be done again, and again with more memory while it has too little.

    Raises:
        DBAPIError: It needs more than there usually is, or something else went wrong.
    """
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not _is_too_little(error) or warehouse.memory.megabytes >= USUAL_MB:
                raise
        _hold_to(warehouse, min(GROWS_BY * warehouse.memory.megabytes, USUAL_MB))
        logger.info("warehouse.memory_grown megabytes=%d", warehouse.memory.megabytes)


def _hold_to(warehouse: "Warehouse", megabytes: int) -> None:
    memory = warehouse.memory
    if warehouse.kind != "duckdb" or memory.own:
        return
    memory.megabytes = megabytes
    with warehouse.engine.connect() as connection:
        connection.exec_driver_sql(f"set memory_limit = '{memory.limit}'")


def _is_too_little(error: DBAPIError) -> bool:
    cause: Any = error.orig
    return type(cause).__name__ == "OutOfMemoryException"
