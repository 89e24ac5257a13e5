"""A sync on the emulator: what `make test` runs of tests/sync there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.plan.checks import Counts
from tests.sync.test_statements import people, run_counted
from tests.sync.world import World, rows
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection


@pytest.fixture
def world(
    tmp_path: Path,
    places: Places,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    with places.new("snowflake") as place:
        yield World(tmp_path, place, sandbox_url, sandbox)


def test_people_come_change_and_go(world: World) -> None:
    """
    The first run sends all, the next ones what is new, and a run without news nothing.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, None)))
    first = world.run(world.identify())
    world.model(rows(("a", "u1", 5, "x")))

    second = world.run(world.identify())
    third = world.run(world.identify())

    assert first.counts == Counts(added=2)
    assert second.counts == Counts(changed=1, removed=1)
    assert third.counts == Counts()
    assert world.traits()["u1"] == {"score": 5, "url": "x"}
    assert world.sql("select _key_1, score from t_ledger.people__sent") == [("a", 5)]


def test_a_run_issues_as_many_statements_for_ten_rows_as_for_a_thousand(
    world: World,
) -> None:
    """
    A statement per row or per batch would be paid for, here more than anywhere.
    """
    sizes = {}
    for count, score in ((5, 1), (10, 2), (1000, 3)):
        world.model(people(count, score))
        sizes[count] = run_counted(world, world.identify())

    assert [calls for _, calls in sizes.values()] == [5, 10, 1000]
    assert sizes[10][0] == sizes[1000][0]
