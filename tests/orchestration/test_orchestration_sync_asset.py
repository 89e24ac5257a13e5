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


def checks_of(result: ExecuteInProcessResult) -> dict[str, bool]:
    found = result.get_asset_check_evaluations()
    return {check.check_name: check.passed for check in found}


def told_of(result: ExecuteInProcessResult) -> str:
    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    return str(told.description)


def launched(**config: Any) -> dict[str, Any]:
    """What a person types into the launchpad."""
    return {"ops": {"segment__people": {"config": config}}}


def sql(project: Project, statement: str) -> None:
    with open_warehouse(project.folder) as opened, opened.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_sync_that_nobody_opted_in_says_so_and_sends_nothing(
    small: Project, sandbox: Inspection
) -> None:
    """
    It is materialised, so that what is downstream or watching is not held up.
    """
    result = materialize([asset_of(small, targets=[])])

    facts = facts_of(result)
    assert (facts["outcome"], facts["target"]) == ("not opted in", "demo")
    assert (facts["calls"], facts["added"]) == (2, 2)
    assert sandbox.summary()["requests"] == 0


def test_what_would_stop_a_sync_that_nobody_opted_in_stops_no_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    Its model repeats a key: that is told, and nobody is paged for it.
    """
    sql(small, "insert into small_syncs.people values ('1', 'bob', 'paid')")

    result = materialize([asset_of(small, targets=[])])

    assert result.success
    assert "id" in facts_of(result)["a_run_would_stop"]
    assert "bob" not in facts_of(result)["a_run_would_stop"]


def test_a_rejected_row_fails_the_check_and_not_the_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    As on the command line, the other rows are sent; nobody has to read metadata to
    learn that one was not.
    """
    result = materialize([asset_of(small, targets=["demo"])])

    facts = facts_of(result)
    assert (facts["added"], facts["rejected"]) == (1, 1)
    assert "| no_user_anon_id | 1 |" in facts["rejections"]
    assert checks_of(result) == {
        "no_row_was_rejected": False,
        "no_guard_tripped": True,
        "no_plan_is_unfinished": True,
    }
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


def test_a_plan_is_shown_and_nothing_is_sent(
    small: Project, sandbox: Inspection
) -> None:
    """
    With the config `plan_only`, and not a value of a row in it.
    """
    asset = asset_of(small, targets=["demo"])

    result = materialize([asset], run_config=launched(plan_only=True))

    facts = facts_of(result)
    assert (facts["outcome"], facts["calls"]) == ("planned, nothing sent", 2)
    assert "free" not in str(facts)
    assert sandbox.summary()["requests"] == 0


def test_a_tripped_guard_is_a_failed_check_until_it_is_accepted(
    small: Project, sandbox: Inspection
) -> None:
    """
    Everybody is gone: an error that alerts can be set on; then a person's decision.
    """
    asset = asset_of(small, targets=["demo"])
    materialize([asset])
    sql(small, "delete from small_syncs.people")
    before = sandbox.summary()["requests"]

    held = materialize([asset], raise_on_error=False)
    requests = sandbox.summary()["requests"]
    looked = materialize([asset], run_config=launched(plan_only=True))
    accepted = materialize([asset], run_config=launched(accept_guard=True))

    assert checks_of(held) == {"no_guard_tripped": False}
    assert not held.success
    assert checks_of(looked)["no_guard_tripped"] is False
    assert checks_of(accepted)["no_guard_tripped"] is True
    assert requests == before
    assert facts_of(accepted)["removed"] == 1


def test_only_a_run_without_a_clear_answer_is_tried_again(
    small: Project, sandbox: Inspection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It resumes its plan; what Segment refuses outright is not asked again.
    """
    monkeypatch.setenv("RELYV_DELIVERY_ATTEMPTS", "1")
    monkeypatch.setattr("orchestration.segment_syncs.RETRY_SECONDS", 0.01)
    asset = asset_of(small, targets=["demo"])
    sandbox.faults([{"status": 503, "store": True, "times": 2}])

    unsure = materialize([asset])
    sql(small, "update small_syncs.people set plan = 'paid'")
    sandbox.faults([{"status": 401, "times": 1}])
    refused = materialize([asset], raise_on_error=False)

    assert unsure.success
    assert facts_of(unsure)["resumed_plan"] == 1
    assert sandbox.summary()["accepted"] == 1
    assert not refused.success
    assert checks_of(refused) == {"no_plan_is_unfinished": False}
    assert sandbox.summary()["answers"]["401"] == 1


def test_a_driver_s_words_stay_out_of_dagster(small: Project) -> None:
    """
    They may quote a row; here, a value that is no number.
    """
    asset = asset_of(small, targets=["demo"])
    sql(small, "drop table small_syncs.people")
    sql(
        small,
        "create view small_syncs.people as select id, user_id, "
        "cast(cast(plan as integer) as varchar) as plan from (values "
        "('1', 'u1', 'secret')) as t(id, user_id, plan)",
    )

    result = materialize([asset], raise_on_error=False)

    assert not result.success
    assert told_of(result).startswith("The warehouse refused a statement")
    [failure] = result.get_step_failure_events()
    assert "secret" not in str(failure)
