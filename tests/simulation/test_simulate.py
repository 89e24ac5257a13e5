"""The files of a world, as a whole."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from simulation import World, simulate
from simulation.blocks import build_block
from simulation.files import ALL_PATHS
from tests.simulation.worlds import END, Write, Written


def _digest(out: Path) -> dict[str, str]:
    return {
        path: hashlib.sha256((out / path).read_bytes()).hexdigest()
        for path in ALL_PATHS
    }


def test_the_same_world_is_the_same_bytes(write: Write) -> None:
    """
    People, days, seed, kind and end decide every byte.
    """
    first = write(people=40, days=5)
    again = write(people=40, days=5)

    assert _digest(again.report.out) == _digest(first.report.out)


@pytest.mark.parametrize(
    "change",
    [{"seed": 8}, {"days": 6}, {"people": 41}, {"kind": "shared"}],
    ids=["seed", "days", "people", "kind"],
)
def test_another_world_is_other_bytes(
    write: Write, change: dict[str, int | str]
) -> None:
    """
    No parameter is decoration.
    """
    first = _digest(write(people=40, days=5).report.out)
    other = _digest(write(**{"people": 40, "days": 5, **change}).report.out)

    path = "raw/relyv_session_events.jsonl.gz"
    assert other[path] != first[path]


def test_workers_do_not_change_the_bytes(thousand: Written) -> None:
    """
    What several processes wrote is what one process builds, block after block.
    """
    blocks = [build_block(thousand.world, number) for number in range(5)]

    for path in ("raw/segment_calls.jsonl.gz", "later/relyv_sessions.jsonl.gz"):
        expected = b"".join(block.members[path] for block in blocks)
        assert (thousand.report.out / path).read_bytes() == expected


def test_the_report_counts_what_is_in_the_files(thousand: Written) -> None:
    """
    A report can be believed without opening a file.
    """
    rows = {
        path: len(thousand.rows(path.removesuffix(".jsonl.gz"))) for path in ALL_PATHS
    }

    assert dict(thousand.report.rows) == rows
    assert {
        kind: len(thousand.truth(kind)) for kind in thousand.report.truth
    } == thousand.report.truth


def test_progress_counts_people_up_to_all_of_them(tmp_path: Path) -> None:
    """
    Progress is the number of people done so far.
    """
    seen: list[int] = []

    simulate(World(people=450, days=1, seed=1, end=END), tmp_path, seen.append)

    assert seen == [200, 400, 450]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """
    A world never mixes with what is there already.
    """
    (tmp_path / "note.txt").write_text("mine")

    with pytest.raises(ValueError, match="is not empty"):
        simulate(World(people=1, days=1, seed=1, end=END), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_world_of_one_person_and_one_day_has_every_file(write: Write) -> None:
    """
    The smallest world has all nine files, and each can be read.
    """
    written = write(people=1, days=1)

    for path in ALL_PATHS:
        written.rows(path.removesuffix(".jsonl.gz"))
    assert len(written.truth("person")) == 1


@pytest.mark.parametrize(
    "parameters",
    [{"people": 0}, {"days": 0}, {"kind": "odd"}],
    ids=["nobody", "no time", "no such kind"],
)
def test_an_impossible_world_is_refused(parameters: dict[str, Any]) -> None:
    """
    A mistake in the parameters shows before anything is written.
    """
    with pytest.raises(ValueError, match="A world"):
        World(**{"people": 1, "days": 1, "seed": 1, "end": END, **parameters})
