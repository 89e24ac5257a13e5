"""Random histories of a sync: the model changes, and runs die wherever they are.

A history is a list of steps. A dead process does nothing any more: from the statement
or the commit at which it dies on, every other one fails too, those that would tidy up
included. What its transaction had not committed is rolled back by the warehouse.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Engine

from sync import RunOptions, Sync, run_sync
from sync.errors import SyncError
from tests.sync.steps import before_each_step
from tests.sync.world import FAST, World, rows

# A first run is some 95 statements and commits long, and a later one some 60; one that
# is to die later than it ends lives.
LONGEST_LIFE = 100


class Died(BaseException):
    """Nothing catches it: the process is no more."""


@dataclass(frozen=True)
class Change:
    """The model is rebuilt, and is made of these rows: id, user, score, url."""

    people: tuple[tuple[str, str, int | None, str | None], ...]


@dataclass(frozen=True)
class Run:
    """A run that dies at its nth statement or commit, and what Segment answers it."""

    dies_at: int
    faults: tuple[Mapping[str, object], ...] = field(default=())


@dataclass(frozen=True)
class Night:
    """So long that Segment forgets every messageId; it promises no more than 24 h."""

    hours: int = 25


History = list[Change | Run | Night]

People = tuple[tuple[str, str, int | None, str | None], ...]

FIRST = Change((("a", "u1", 1, "x"), ("b", "u2", 2, None)))

PEOPLE: SearchStrategy[People] = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["u1", "u2", "u3", "u4"]),
        st.sampled_from([None, 0, 1, 2]),
        st.sampled_from([None, "x", "y"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=(lambda row: row[0], lambda row: row[1]),
).map(tuple)

# The connection is lost after Segment stored the batch, or before; an outage, in which
# it stores or does not.
FAULTS = st.builds(
    lambda status, store, times: {"status": status, "store": store, "times": times},
    st.sampled_from([None, 500, 503]),
    st.booleans(),
    st.integers(1, 3),
)

CHANGES = st.builds(Change, PEOPLE)
RUNS = st.builds(
    Run, st.integers(1, LONGEST_LIFE), st.lists(FAULTS, max_size=1).map(tuple)
)
HISTORIES: SearchStrategy[History] = st.lists(
    st.one_of(CHANGES, RUNS), min_size=2, max_size=10
)
# Of a sync for which a message that comes twice is the same message.
HISTORIES_OF_DAYS: SearchStrategy[History] = st.lists(
    st.one_of(CHANGES, RUNS, st.builds(Night)), min_size=2, max_size=10
)


def live_through(
    world: World, sync: Sync, history: History, holds: Callable[[People], None]
) -> None:
    """
    Take every step of a history, then let one run end in peace; the next rests.

    Whenever a run ends in peace, what Segment was told `holds` of the model's rows.
    """
    people = FIRST.people
    for step in history:
        if isinstance(step, Change):
            people = step.people
            world.model(rows(*people))
        elif isinstance(step, Night):
            sleep_through(world, step.hours)
        else:
            world.sandbox.faults(step.faults)
            if run_until_death(world, sync, step.dies_at):
                holds(people)
    world.sandbox.clear_faults()
    world.run(sync)
    holds(people)
    assert world.run(sync).counts.total == 0
    holds(people)


def run_until_death(world: World, sync: Sync, dies_at: int) -> bool:
    """
    One run; what it leaves behind is what a killed process would.

    Returns:
        Whether it came to its end: all that the model says was sent.
    """
    try:
        with world.warehouse() as warehouse, dying(warehouse.engine, dies_at):
            run_sync(warehouse, sync, RunOptions(delivery=FAST))
    except (Died, SyncError):
        _wait_for_the_lease_to_end(world)
        return False
    return True


def sleep_through(world: World, hours: int) -> None:
    """Let hours pass: Segment forgets, and an unfinished plan is so much older."""
    world.sandbox.advance(hours * 3600)
    if _has_ledger_table(world, "sync_plans"):
        world.sql(
            "update t_ledger.sync_plans set planned_at = "
            f"planned_at - interval '{hours} hours'"
        )


@contextmanager
def dying(engine: Engine, dies_at: int) -> Iterator[None]:
    """Count statements and commits; the nth and all behind it fail."""
    steps = count(1)

    def step() -> None:
        if next(steps) >= dies_at:
            raise Died

    with before_each_step(engine, step):
        yield


def _wait_for_the_lease_to_end(world: World) -> None:
    if _has_ledger_table(world, "syncs"):
        world.sql("update t_ledger.syncs set leased_until = timestamp '2000-01-01'")


def _has_ledger_table(world: World, name: str) -> bool:
    (there,) = world.sql(
        "select count(*) from information_schema.tables "
        f"where lower(table_schema) = 't_ledger' and lower(table_name) = '{name}'"
    )
    return bool(there[0])
