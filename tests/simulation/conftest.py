"""Worlds that several tests look at, written once."""

from pathlib import Path
from typing import Any

import pytest

from simulation import World, simulate
from tests.simulation.worlds import END, Write, Written


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Write a world into a folder of its own."""

    def _write(**parameters: Any) -> Written:
        world = World(**{"seed": 7, "end": END, **parameters})
        out: Path = tmp_path_factory.mktemp("world")
        return Written(world=world, report=simulate(world, out))

    return _write


@pytest.fixture(scope="session")
def month(write: Write) -> Written:
    """200 people, 30 days: one block."""
    return write(people=200, days=30)


@pytest.fixture(scope="session")
def thousand(write: Write) -> Written:
    """1,000 people, 3 days: enough blocks for several workers."""
    return write(people=1000, days=3)


@pytest.fixture(scope="session")
def crowded(write: Write) -> Written:
    """200 people, 30 days, in a world full of shared devices."""
    return write(people=200, days=30, kind="shared")
