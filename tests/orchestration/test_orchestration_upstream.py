"""A dbt test that fails stops the syncs below it and no other, in a small project."""

import shutil
from pathlib import Path

import pytest
from dagster import (
    DagsterEventType,
    DagsterInstance,
    JobDefinition,
    JobExecutionResult,
    execute_job,
    reconstructable,
)

from orchestration.definitions import flow
from orchestration.project import Project, prepare_manifest
from tests.conftest import ROOT
from tests.warehouses import PROFILE, Place
from tracking.sandbox.inspection import Inspection

PROJECT = f"""
name: tiny
profile: {PROFILE}
config-version: 2
on-run-end: "{{{{ record_builds(results) }}}}"
flags: {{send_anonymous_usage_stats: false}}
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
  - name: members
    config: {materialized: table, group: syncs, contract: {enforced: true}}
    columns: [{name: user_id, data_type: varchar}]
  - name: visitors
    config: {materialized: table, group: syncs, contract: {enforced: true}}
    columns: [{name: user_id, data_type: varchar}]
exposures:
"""
# Members are people; visitors are nobody's.
EXPOSURE = """
  - name: segment_{model}
    type: application
    owner: {{name: Tests, email: tests@example.com}}
    depends_on: [ref('{model}')]
    config:
      meta:
        segment_sync:
          {{targets: [demo], call: identify, key: user_id, user_id: user_id,
            schedule: "0 6 * * *"}}
"""
MODELS = ("people", "members", "visitors")


@pytest.fixture
def tiny(
    tmp_path: Path, place: Place, sandbox_url: str, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A dbt project with three models, a sync of each, and one test of one of them."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.setenv("RELYV_PROJECT_DIR", str(tmp_path))
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET", "DBT_TARGET_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("RELYV_LANDING_PATHS", raising=False)
    place.write_project(tmp_path, schema="tiny")
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    for folder in ("models", "macros"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "macros" / "record_builds.sql", tmp_path / "macros")
    exposures = "".join(EXPOSURE.format(model=model) for model in MODELS)
    (tmp_path / "models" / "_people.yml").write_text(YML + exposures)
    project = Project(folder=tmp_path)
    write_model(project, "members", "select user_id from {{ ref('people') }}")
    write_model(project, "visitors", select("vic"))
    write_model(project, "people", select("ann", "ann"))
    prepare_manifest(project)
    return project


def select(*people: str) -> str:
    """SQL of a model that has these people."""
    return " union all ".join(
        f"select cast('{person}' as varchar) as user_id" for person in people
    )


def write_model(project: Project, name: str, sql: str) -> None:
    (project.folder / "models" / f"{name}.sql").write_text(sql)


def whole_flow() -> JobDefinition:
    """The job of the project in the environment."""
    return flow(Project.from_environment()).resolve_job_def("whole_flow")


def run(instance: DagsterInstance) -> JobExecutionResult:
    """Land, build, test and send, as Dagster's own run does it: with its executor."""
    return execute_job(reconstructable(whole_flow), instance=instance)


def syncs_sent(result: JobExecutionResult) -> set[str]:
    """The models whose sync came to its end."""
    return {
        model
        for model in MODELS
        if result.asset_materializations_for_node(f"segment__segment_{model}")
    }


def failed_checks(result: JobExecutionResult) -> set[str]:
    told = (
        event.asset_check_evaluation_data
        for event in result.all_events
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    )
    return {check.check_name for check in told if not check.passed}


@pytest.mark.slow
def test_a_failed_dbt_test_stops_the_syncs_below_it_and_no_other(
    tiny: Project, sandbox: Inspection
) -> None:
    """
    The sync of the tested model, and of a model that is made of it. The run is red, the
    test is a failed check, and when the model is mended all is sent; on any warehouse.
    """
    with DagsterInstance.local_temp(str(tiny.folder)) as instance:
        stopped = run(instance)
        first = [each["message"]["userId"] for each in sandbox.messages()]
        write_model(tiny, "people", select("ann", "bob"))
        prepare_manifest(tiny)
        mended = run(instance)

    assert not stopped.success
    assert failed_checks(stopped) == {"unique_people_user_id", "no_guard_tripped"}
    assert syncs_sent(stopped) == {"visitors"}
    assert first == ["vic"]
    assert mended.success
    assert syncs_sent(mended) == set(MODELS)
    assert sandbox.summary()["accepted"] == 5
