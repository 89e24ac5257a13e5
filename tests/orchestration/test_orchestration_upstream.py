"""A dbt test that fails stops the sync below it, in a project of one model."""

import shutil
from pathlib import Path

import pytest
from dagster import DagsterInstance, ExecuteInProcessResult

from orchestration.definitions import flow
from orchestration.project import Project, prepare_manifest
from tests.conftest import ROOT
from tracking.sandbox.inspection import Inspection

PROJECT = """
name: tiny
profile: tiny
config-version: 2
on-run-end: "{{ record_builds(results) }}"
flags: {send_anonymous_usage_stats: false}
"""
PROFILES = """
tiny:
  target: demo
  outputs:
    demo: {type: duckdb, path: warehouse.duckdb, schema: tiny}
"""
YML = """
groups: [{name: syncs, owner: {name: Tests, email: tests@example.com}}]
sources:
  - name: relyv
    description: Nothing has landed in it.
    schema: relyv_raw
    tables: [{name: sessions, description: One row per session.}]
models:
  - name: people
    config: {materialized: table, group: syncs, contract: {enforced: true}}
    columns:
      - name: user_id
        data_type: varchar
        data_tests: [unique]
exposures:
  - name: segment_people
    type: application
    owner: {name: Tests, email: tests@example.com}
    depends_on: [ref('people')]
    config:
      meta:
        segment_sync:
          {targets: [demo], call: identify, key: user_id, user_id: user_id,
           schedule: "0 6 * * *"}
"""


@pytest.fixture
def tiny(tmp_path: Path, sandbox_url: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A dbt project with one model, one test of it and one sync."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET", "RELYV_LANDING_PATHS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "profiles.yml").write_text(PROFILES)
    for folder in ("models", "macros"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "macros" / "record_builds.sql", tmp_path / "macros")
    (tmp_path / "models" / "_people.yml").write_text(YML)
    project = Project(folder=tmp_path)
    write_model(project, "ann", "ann")
    prepare_manifest(project)
    return project


def write_model(project: Project, *people: str) -> None:
    """Make the model have these people."""
    rows = " union all ".join(
        f"select cast('{person}' as varchar) as user_id" for person in people
    )
    (project.folder / "models" / "people.sql").write_text(rows)


def run(project: Project) -> ExecuteInProcessResult:
    """The job of the sync: the model, its test, and then the sync."""
    with DagsterInstance.ephemeral() as instance:
        job = flow(project).resolve_job_def("segment_people")
        return job.execute_in_process(instance=instance, raise_on_error=False)


@pytest.mark.slow
def test_a_failed_dbt_test_stops_the_sync_below_it(
    tiny: Project, sandbox: Inspection
) -> None:
    """
    It shows as a failed check of the model; when the model is mended, the sync runs.
    """
    stopped = run(tiny)
    sent_before = sandbox.summary()["requests"]
    write_model(tiny, "ann", "bob")
    prepare_manifest(tiny)
    mended = run(tiny)

    [check] = [
        each for each in stopped.get_asset_check_evaluations() if not each.passed
    ]
    assert not stopped.success
    assert check.check_name.startswith("unique_people_user_id")
    assert stopped.asset_materializations_for_node("segment__segment_people") == []
    assert sent_before == 0
    assert mended.success
    assert sandbox.summary()["accepted"] == 2
