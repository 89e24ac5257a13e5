"""What the asset of one sync says, whatever becomes of the run."""

import json
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, AssetsDefinition, ExecuteInProcessResult, materialize
from sqlalchemy import text

from orchestration.project import Project
from orchestration.segment_syncs import sync_asset
from sync import read_syncs
from tracking.sandbox.inspection import Inspection
from warehouse import open_warehouse

PROFILES = """
small:
  target: demo
  outputs:
    demo: {type: duckdb, path: small.duckdb, schema: small}
"""
COLUMNS = ("id", "user_id", "plan")


def manifest_of(targets: list[str]) -> dict[str, Any]:
    """dbt's manifest of a project with one model and one sync of it."""
    settings = {"targets": targets, "call": "identify", "key": "id"}
    return {
        "metadata": {"adapter_type": "duckdb"},
        "nodes": {
            "model.small.people": {
                "name": "people",
                "alias": "people",
                "schema": "small_syncs",
                "resource_type": "model",
                "config": {"contract": {"enforced": True}},
                "columns": {
                    name: {"name": name, "data_type": "varchar", "config": {}}
                    for name in COLUMNS
                },
            }
        },
        "exposures": {
            "exposure.small.people": {
                "name": "people",
                "original_file_path": "models/syncs/_syncs__exposures.yml",
                "depends_on": {"nodes": ["model.small.people"]},
                "config": {
                    "meta": {"segment_sync": {**settings, "user_id": "user_id"}}
                },
            }
        },
    }


@pytest.fixture
def small(tmp_path: Path, sandbox_url: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose one model has two people, one of them without a user id."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.delenv("DBT_TARGET", raising=False)
    (tmp_path / "dbt_project.yml").write_text("name: small\nprofile: small\n")
    (tmp_path / "profiles.yml").write_text(PROFILES)
    (tmp_path / "target").mkdir()
    project = Project(folder=tmp_path)
    with open_warehouse(tmp_path) as opened, opened.engine.begin() as connection:
        connection.execute(text("create schema small_syncs"))
        connection.execute(
            text(
                "create table small_syncs.people as select * from (values "
                "('1', 'ann', 'free'), ('2', null, 'free')) as t(id, user_id, plan)"
            )
        )
    return project


def asset_of(project: Project, *, targets: list[str]) -> AssetsDefinition:
    """The sync's asset, opted in for these targets."""
    project.manifest_path.write_text(json.dumps(manifest_of(targets)))
    syncs = read_syncs(project.manifest_path, kind="duckdb", schema="small")
    return sync_asset(project, syncs["people"], model=AssetKey(["syncs", "people"]))


def facts_of(result: ExecuteInProcessResult) -> dict[str, Any]:
    [event] = result.asset_materializations_for_node("segment__people")
    return {name: value.value for name, value in event.metadata.items()}


def test_a_sync_that_nobody_opted_in_says_so_and_sends_nothing(
    small: Project, sandbox: Inspection
) -> None:
    """
    It is materialised, so that what is downstream or watching is not held up.
    """
    result = materialize([asset_of(small, targets=[])])

    assert facts_of(result) == {"outcome": "not opted in", "target": "demo"}
    assert sandbox.summary()["requests"] == 0


def test_a_rejected_row_fails_the_check_and_not_the_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    As on the command line, the other rows are sent; nobody has to read metadata to
    learn that one was not.
    """
    result = materialize([asset_of(small, targets=["demo"])])

    [check] = result.get_asset_check_evaluations()
    facts = facts_of(result)
    assert (facts["added"], facts["rejected"]) == (1, 1)
    assert (check.check_name, check.passed) == ("no_row_was_rejected", False)
    assert result.success


def test_what_goes_wrong_ends_the_run_with_its_sentence(
    small: Project, sandbox: Inspection
) -> None:
    """
    The failure says what the command line would have said, and nothing more.
    """
    asset = asset_of(small, targets=["demo"])
    small.manifest_path.unlink()

    result = materialize([asset], raise_on_error=False)

    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert told.description == (
        "There is no manifest.json in target/. Run `dbt build` first."
    )
    assert not result.success
