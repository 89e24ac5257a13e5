"""From files to Segment in one process, against the same on the command line."""

import json
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dagster import ExecuteInProcessResult
from sqlalchemy import text
from typer.testing import CliRunner

import relyv
from orchestration.definitions import flow
from orchestration.project import Project
from simulation import World, simulate
from tracking.sandbox.inspection import Inspection
from warehouse import open_warehouse

COUNTS = ("added", "changed", "removed", "rejected", "requests")
WORLD = World(people=40, days=10, seed=1, end=datetime(2026, 1, 31))  # noqa: DTZ001


@pytest.fixture
def fed(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, told where the files of a small world are."""
    simulate(WORLD, tmp_path / "world")
    monkeypatch.setenv("RELYV_LANDING_PATHS", str(tmp_path / "world" / "raw"))
    return Project.from_environment()


def metadata_of(result: ExecuteInProcessResult, group: str) -> dict[str, Any]:
    """What each asset of a group reported, by the rest of its key."""
    return {
        ".".join(event.asset_key.path[1:]): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key and event.asset_key.path[0] == group
    }


def failed_checks(result: ExecuteInProcessResult) -> list[str]:
    return [
        f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}"
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    ]


def rows_landed(project: Project) -> dict[str, int]:
    """The rows of each raw table of Segment's and Relyv's."""
    tables = {
        f"segment.{name}": f"segment.{name}"
        for name in ("identifies", "pages", "screens", "groups", "aliases", "tracks")
    }
    for name in ("sessions", "session_events", "deletions"):
        tables[f"relyv.{name}"] = f"relyv_raw.{name}"
    with (
        open_warehouse(project.folder) as opened,
        opened.engine.connect() as connection,
    ):
        return {
            name: connection.execute(text(f"select count(*) from {table}")).scalar_one()
            for name, table in tables.items()
        }


def forget_the_syncs(project: Project) -> None:
    """Make a warehouse what it was before anything was sent from it."""
    with open_warehouse(project.folder) as opened, opened.engine.begin() as connection:
        connection.execute(text("drop schema relyv_ledger cascade"))
        connection.execute(text("drop table relyv_privacy.ledger_births"))


def sent_by_the_command_line() -> dict[str, dict[str, int]]:
    """The counts of `relyv sync run`, by sync."""
    answer = CliRunner().invoke(relyv.app, ["sync", "run", "--json"])
    assert answer.exit_code == 0, answer.stderr
    return {
        name: {**report["counts"], **{key: report[key] for key in COUNTS[3:]}}
        for name, report in json.loads(answer.stdout).items()
    }


def test_the_whole_flow_sends_what_the_command_line_sends(
    fed: Project,
    warehouse_file: Path,
    sandbox: Inspection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Landing, every model and every sync in one process; then the same warehouse, as it
    was before the syncs, on the command line.
    """
    again = tmp_path / "again" / warehouse_file.name
    again.parent.mkdir()

    began = time.time()
    result = flow(fed).resolve_job_def("whole_flow").execute_in_process()
    received = sandbox.summary()
    sandbox.reset()
    shutil.copy(warehouse_file, again)
    monkeypatch.setenv("RELYV_DUCKDB_PATH", str(again))
    forget_the_syncs(fed)
    by_hand = sent_by_the_command_line()

    assert result.success
    assert failed_checks(result) == []
    landed = metadata_of(result, "landing")
    counted = rows_landed(fed)
    assert {name: landed[name]["landed"] for name in counted} == counted
    # They landed just now, although what they tell of ends with the world.
    assert landed["segment.identifies"]["newest_row_at"] > began
    sent = metadata_of(result, "segment")
    assert {facts["outcome"] for facts in sent.values()} == {"sent"}
    assert {
        name: {key: facts[key] for key in COUNTS} for name, facts in sent.items()
    } == by_hand
    assert sandbox.summary() == received
    assert sum(facts["added"] for facts in by_hand.values()) > 0


@pytest.mark.slow
def test_the_job_of_a_sync_may_be_the_first_to_run(fed: Project) -> None:
    """
    It builds what the sync needs and no more; a test that also looks at what was never
    built does not stop it.
    """
    job = flow(fed).resolve_job_def("segment_bug_reported")

    result = job.execute_in_process()

    assert result.success
    assert list(metadata_of(result, "segment")) == ["segment_bug_reported"]
