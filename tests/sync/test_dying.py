"""A run dies at each of its steps in turn, or the warehouse fails one of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from sync import RunOptions, Sync, run_sync
from sync.plan.checks import Counts
from tests.sync.histories import run_until_death
from tests.sync.steps import before_each_step
from tests.sync.world import FAST, World, rows

# More than a run takes: who is to die at the last of these lives.
STEPS = 140
# Some in the fast run, and not the same of each mode.
FEW = 36

MODES: Mapping[str, Mapping[str, Any]] = {
    "identify": {"call": "identify"},
    "track": {
        "call": "track",
        "added": {"event": "Made"},
        "changed": {"event": "Altered"},
        "removed": {"event": "Gone"},
    },
    "audience": {"call": "audience"},
}
BEFORE = rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y"))
AFTER = rows(("a", "u1", 5, "x"), ("c", "u3", 3, "z"))
# Of each mode, in order of the plan: removals first.
TOLD: Mapping[str, list[tuple[str, str]]] = {
    "identify": [("u2", "identify"), ("u1", "identify"), ("u3", "identify")],
    "track": [("u2", "Gone"), ("u1", "Altered"), ("u3", "Made")],
    "audience": [("u2", "Segment Exited"), ("u3", "Segment Entered")],
}

EVERY_STEP = pytest.mark.parametrize(
    ("mode", "number"),
    [
        pytest.param(
            mode,
            number,
            marks=[] if number % FEW == 8 * place else [pytest.mark.slow],
        )
        for place, mode in enumerate(MODES, start=1)
        for number in range(1, STEPS + 1)
    ],
)
pytestmark = pytest.mark.only_on("duckdb", "postgres")


def sync_of(world: World, mode: str) -> Sync:
    return world.sync(
        fields=["score", "url"], guard={"removed_percent": 100}, **MODES[mode]
    )


def told(world: World) -> list[tuple[str, str]]:
    return [(m["userId"], m.get("event") or m["type"]) for m in world.messages()]


@EVERY_STEP
def test_a_run_may_die_at_any_step(world: World, mode: str, number: int) -> None:
    """
    The next one finishes what it began, and each change is told once.
    """
    world.model(BEFORE)
    world.run(sync_of(world, mode))
    known = len(world.messages())
    world.model(AFTER)

    lives = run_until_death(world, sync_of(world, mode), number)
    world.run(sync_of(world, mode))

    assert lives or number < STEPS
    assert sorted(told(world)[known:]) == sorted(TOLD[mode])
    assert world.run(sync_of(world, mode)).counts == Counts()


@EVERY_STEP
def test_a_first_run_may_die_at_any_step(world: World, mode: str, number: int) -> None:
    """
    A ledger that was half made is no ledger that was lost.
    """
    world.model(BEFORE)

    lives = run_until_death(world, sync_of(world, mode), number)
    world.run(sync_of(world, mode))

    assert lives or number < STEPS
    assert sorted(user for user, _ in told(world)) == ["u1", "u2"]
    assert world.run(sync_of(world, mode)).counts == Counts()


@EVERY_STEP
def test_a_warehouse_may_fail_any_step(world: World, mode: str, number: int) -> None:
    """
    Only that one: what the run tidies up afterwards is done.
    """
    world.model(BEFORE)
    world.run(sync_of(world, mode))
    known = len(world.messages())
    world.model(AFTER)
    sync = sync_of(world, mode)

    with (
        world.warehouse() as warehouse,
        failing_at(warehouse.engine, number),
        suppress(OperationalError),
    ):
        run_sync(warehouse, sync, RunOptions(delivery=FAST))
    free(world)
    world.run(sync)

    assert sorted(told(world)[known:]) == sorted(TOLD[mode])
    assert world.run(sync).counts == Counts()


@contextmanager
def failing_at(engine: Engine, number: int) -> Iterator[None]:
    """Count statements and commits; the nth fails as a warehouse does, and no other."""
    steps = count(1)

    def step() -> None:
        if next(steps) == number:
            raise OperationalError("the warehouse", None, Exception("is gone"))

    with before_each_step(engine, step):
        yield


def free(world: World) -> None:
    """Let a lease end whose release is the step that failed."""
    world.sql("update t_ledger.syncs set leased_until = timestamp '2000-01-01'")
