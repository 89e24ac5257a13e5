"""What a run does when DuckDB has too little memory for a plan."""

import logging
from pathlib import Path

import pytest

from tests.sync.world import World, numbers
from tests.warehouses import duckdb_place
from tracking.sandbox.inspection import Inspection
from warehouse.memory import GROWS_BY, LITTLE_MB

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
    caplog: pytest.LogCaptureFixture,
) -> None:
    """
    Each row is sent or rejected once, however often the plan was begun.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    with duckdb_place(tmp_path) as place:
        world = World(tmp_path, place, sandbox_url, sandbox)
        world.model(LARGE)
        with caplog.at_level(logging.INFO, logger="relyv.warehouse"):
            report = world.run(world.identify())

    more = GROWS_BY * LITTLE_MB
    assert f"warehouse.memory_grown megabytes={more}" in caplog.text
    assert (report.counts.added, report.rejected) == (1, 9)
    assert len(world.messages()) == 1
