"""How much memory DuckDB takes: little, and more for the work that needs it.

DuckDB takes what it is given before it spills. What a limit is too small for, it
refuses; so little is given first, and more where it must be.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from warehouse.engine import Warehouse

logger = logging.getLogger("relyv.warehouse")

Result = TypeVar("Result")

USUAL_MB = 2_000
LITTLE_MB = 72
LEAST_MB = 32
GROWS_BY = 2
# From so many bytes on DuckDB copies its log into the file. A plan is written, and
# deleted once it is delivered: at DuckDB's own 16 MB it would be copied in between.
LONG_LOG = "256MB"
# In little memory a copy can fail, which takes the open file with it: none is made. A
# limit of somebody's own can be little.
ANY_LOG = "1TB"


class Memory:
    """
    The limit of one open file, and whether one thread has all of it.

    `own` are DuckDB's settings in profiles.yml: they stay as they are.
    """

    def __init__(self, own: Mapping[str, object]) -> None:
        self.own = own
        self.megabytes = USUAL_MB
        self.is_undivided = False

    @property
    def is_own(self) -> bool:
        """Whether profiles.yml sets the limit."""
        return "memory_limit" in self.own

    @property
    def settings(self) -> dict[str, object]:
        """As DuckDB takes them."""
        is_little = self.is_own or self.megabytes < USUAL_MB
        undivided = {"threads": 1} if self.is_undivided else {}
        wanted = {
            "memory_limit": f"{self.megabytes}MB",
            "checkpoint_threshold": ANY_LOG if is_little else LONG_LOG,
            **undivided,
        }
        return {name: self.own.get(name, value) for name, value in wanted.items()}


@contextmanager
def little_memory(warehouse: "Warehouse") -> Iterator[None]:
    """
    Hold DuckDB to little memory meanwhile, and to one thread; see `grown_as_needed`.

    Several that sort in so little take it from each other, and are slower than one.
    """
    is_undivided = not warehouse.memory.is_own
    with _held_to(warehouse, LITTLE_MB, is_undivided=is_undivided):
        yield


@contextmanager
def least_memory(warehouse: "Warehouse") -> Iterator[None]:
    """
    Hold DuckDB to the least meanwhile: for work that keeps no rows, or few.

    DuckDB fills what it has with what it reads. Where little was too little already,
    nothing is taken away.
    """
    before = warehouse.memory.megabytes
    least = LEAST_MB if before == LITTLE_MB else before
    with _held_to(warehouse, least, is_undivided=False):
        yield


@contextmanager
def _held_to(
    warehouse: "Warehouse", megabytes: int, *, is_undivided: bool
) -> Iterator[None]:
    memory = warehouse.memory
    before, was_undivided = memory.megabytes, memory.is_undivided
    _hold_to(warehouse, megabytes, is_undivided=is_undivided)
    try:
        yield
    finally:
        with suppress(DBAPIError):  # of a file that is lost, whose own error says more
            _hold_to(warehouse, before, is_undivided=was_undivided)


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
            if not _is_too_little(error) or not _give_more(warehouse):
                raise
        # A delete that is refused half way leaves rows that conflict with every later
        # one, until the file is opened anew.
        warehouse.reopen()
        memory = warehouse.memory
        logger.info(
            "warehouse.memory_grown megabytes=%d undivided=%s",
            memory.megabytes,
            memory.is_undivided,
        )


def _give_more(warehouse: "Warehouse") -> bool:
    """
    What all threads shared to one alone, then twice as much; or no.

    All of what there usually is, is for all of them again.
    """
    memory = warehouse.memory
    if not memory.is_undivided and "threads" not in memory.own:
        _hold_to(warehouse, memory.megabytes, is_undivided=True)
        return True
    if memory.is_own or memory.megabytes >= USUAL_MB:
        return False
    more = min(GROWS_BY * memory.megabytes, USUAL_MB)
    _hold_to(warehouse, more, is_undivided=more < USUAL_MB)
    return True


def _hold_to(warehouse: "Warehouse", megabytes: int, *, is_undivided: bool) -> None:
    memory = warehouse.memory
    if warehouse.kind != "duckdb":
        return
    memory.is_undivided = is_undivided and "threads" not in memory.own
    if not memory.is_own:
        memory.megabytes = megabytes
    wanted = [f"set {name} = '{value}'" for name, value in memory.settings.items()]
    if not memory.is_undivided and "threads" not in memory.own:
        wanted.append("reset threads")
    with warehouse.engine.begin() as connection:
        connection.exec_driver_sql("; ".join(wanted))


def _is_too_little(error: DBAPIError) -> bool:
    cause: Any = error.orig
    return type(cause).__name__ == "OutOfMemoryException"
