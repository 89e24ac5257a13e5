"""What a run of the models says when dbt and Dagster do not see the same project."""

import json
from typing import Any

import pytest
from dagster import AssetKey

from orchestration.definitions import flow
from orchestration.project import Project
from warehouse import open_warehouse


@pytest.mark.slow
def test_a_project_that_changed_under_the_page_says_so(
    project: Project, manifest: dict[str, Any]
) -> None:
    """
    Somebody adds a test while the page is open; the next run names it and says what to
    do, and no dbt is left behind with its hand on the warehouse.
    """
    seed = "bot_user_agents"
    [added, *_] = [
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        and node.get("attached_node") == f"seed.relyv_segment.{seed}"
    ]
    before = json.loads(project.manifest_path.read_text())
    for known in ("nodes", "parent_map", "child_map"):
        del before[known][added]
    for children in before["child_map"].values():
        children[:] = [child for child in children if child != added]
    project.manifest_path.write_text(json.dumps(before))
    job = flow(project).resolve_implicit_global_asset_job_def()

    result = job.execute_in_process(
        asset_selection=[AssetKey(["seeds", seed])], raise_on_error=False
    )

    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert added in str(told.description)
    assert "Start `relyv dagster` again" in str(told.description)
    with open_warehouse(project.folder, busy_wait_seconds=0.1) as opened:
        assert opened.target == "demo"
