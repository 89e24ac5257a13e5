"""What a run does when DuckDB has too little memory for a plan."""

from pathlib import Path
from typing import NoReturn

import pytest

from tests.sync.world import World, numbers
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

# Ten values of 20 MB: DuckDB cannot sort them in the little memory that it is given.
LARGE = (
    "select 'k' || i as id, 'u' || i as user_id, i as score, "
    f"repeat('x', case when i = 0 then 1 else 20000000 end) as url from {numbers(10)}"
)


def test_a_plan_that_needs_more_memory_gets_more(
    tmp_path: Path,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Each row is sent or rejected once, however often the plan was begun.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    with Places(tmp_path, _no_server, _no_server).new("duckdb") as place:
        world = World(tmp_path, place, sandbox_url, sandbox)
        world.model(LARGE)
        report = world.run(world.identify())

    assert (report.counts.added, report.rejected) == (1, 9)
    assert len(world.messages()) == 1


def _no_server() -> NoReturn:
    raise AssertionError("DuckDB needs none")
