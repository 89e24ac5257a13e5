"""What Dagster shows of the project, without running any of it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DefaultScheduleStatus, Definitions, ScheduleDefinition

from orchestration.definitions import defs, flow
from orchestration.errors import ManifestMissing
from orchestration.project import Project


def names_of(manifest: dict[str, Any], resource_type: str) -> set[str]:
    """The names of dbt's nodes of one type."""
    nodes = manifest["nodes"].values()
    return {node["name"] for node in nodes if node["resource_type"] == resource_type}


def names_in(definitions: Definitions, group: str) -> set[str]:
    """The last word of the key of each asset in a group."""
    graph = definitions.resolve_asset_graph()
    keys = graph.get_all_asset_keys()
    return {key.path[-1] for key in keys if graph.get(key).group_name == group}


def schedules_of(definitions: Definitions) -> dict[str, ScheduleDefinition]:
    """The schedules, by the name of the job that they run."""
    found = [
        schedule
        for schedule in definitions.schedules or []
        if isinstance(schedule, ScheduleDefinition)
    ]
    return {schedule.job_name: schedule for schedule in found}


def test_loading_opens_no_warehouse(project: Project, warehouse_file: Path) -> None:
    """
    The page loads although no warehouse is there, and makes none.
    """
    Definitions.validate_loadable(defs())

    assert not warehouse_file.exists()


def test_every_model_is_an_asset_in_the_group_of_its_step(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    Dagster's key and group say what the folder says.
    """
    graph = flow(project).resolve_asset_graph()
    models = [
        node for node in manifest["nodes"].values() if node["resource_type"] == "model"
    ]

    shown = {
        model["name"]: graph.get(AssetKey([model["fqn"][1], model["name"]])).group_name
        for model in models
    }

    assert shown == {model["name"]: model["fqn"][1] for model in models}


def test_seeds_and_raw_tables_have_groups_of_their_own(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    Nothing is left in a group that no step is named after.
    """
    definitions = flow(project)

    landed = ("segment", "relyv", "privacy", "profiles_sync")
    sources = manifest["sources"].values()
    raw = {each["name"] for each in sources if each["source_name"] in landed}
    assert names_in(definitions, "landing") == raw
    assert names_in(definitions, "seeds") == names_of(manifest, "seed")
    assert names_in(definitions, "default") == set()


def test_every_generic_test_is_a_check(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    What dbt tests of one model shows on that model's asset.
    """
    graph = flow(project).resolve_asset_graph()
    generic = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        # A test of a model that is switched off stays in the manifest.
        and node.get("attached_node") in manifest["nodes"]
    }

    assert generic - {key.name for key in graph.asset_check_keys} == set()


def test_every_exposure_is_an_asset_below_its_model(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    Lineage runs from the raw tables to Segment.
    """
    graph = flow(project).resolve_asset_graph()
    exposures = manifest["exposures"].values()

    above = {
        exposure["name"]: graph.get(AssetKey(["segment", exposure["name"]])).parent_keys
        for exposure in exposures
    }

    models = {
        exposure["name"]: manifest["nodes"][exposure["depends_on"]["nodes"][0]]["name"]
        for exposure in exposures
    }
    assert above == {
        name: {AssetKey(["syncs", model])} for name, model in models.items()
    }


def test_every_sync_has_a_schedule_that_nobody_has_started(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    The exposure says when; a person says that it may.
    """
    schedules = schedules_of(flow(project))

    crons = {
        exposure["name"]: exposure["config"]["meta"]["segment_sync"]["schedule"]
        for exposure in manifest["exposures"].values()
    }
    assert {job: plan.cron_schedule for job, plan in schedules.items()} == crons
    assert {plan.default_status for plan in schedules.values()} == {
        DefaultScheduleStatus.STOPPED
    }


def test_a_schedule_runs_its_sync_and_what_is_upstream(project: Project) -> None:
    """
    It builds what the sync needs, and sends nothing but that sync.
    """
    definitions = flow(project)

    job = definitions.resolve_job_def("segment_bug_reported")

    keys = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert {
        "landing/relyv/session_events",
        "identity/profiles",
        "syncs/sync_segment_bug_reported",
    } <= keys
    sent = [key for key in keys if key.startswith(("syncs/", "segment/"))]
    assert sorted(sent) == [
        "segment/segment_bug_reported",
        "syncs/sync_segment_bug_reported",
    ]


@pytest.mark.slow
def test_dagster_itself_finds_the_flow(project: Project) -> None:
    """
    In the project's folder nobody has to tell `dagster dev` where it is.
    """
    validated = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate"],
        cwd=project.folder,
        capture_output=True,
        text=True,
    )

    assert validated.returncode == 0, validated.stderr
    assert "orchestration.definitions" in validated.stderr + validated.stdout


def test_without_a_manifest_a_sentence_says_how_to_get_one(project: Project) -> None:
    """
    A fresh checkout is no riddle.
    """
    project.manifest_path.unlink()

    with pytest.raises(ManifestMissing, match="Run `relyv dagster` or `dbt parse`"):
        flow(project)
