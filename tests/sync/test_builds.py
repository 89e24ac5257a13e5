"""A sync plans only from a model that dbt built and tested as it is written now."""

import json
from pathlib import Path

import pytest

from sync import RunOptions, read_syncs, run_sync
from sync.errors import ModelUnfit
from sync.look.preview import preview_sync
from sync.plan.checks import Counts
from tests.dbt_runs import run_dbt
from tests.sync.world import FAST
from tests.warehouses import PROFILE, Place
from tracking.sandbox.inspection import Inspection
from warehouse import open_warehouse

KINDS_FOR_ALL = ("postgres",)

ROOT = Path(__file__).parents[2]

PROJECT = {
    "name": "small",
    "profile": PROFILE,
    "on-run-end": "{{ record_builds(results) }}",
    "flags": {
        "send_anonymous_usage_stats": False,
        "require_generic_test_arguments_property": True,
    },
}
COLUMNS = ("id", "user_id", "plan")


class Project:
    """A dbt project of two models, one test and one sync."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder = folder
        place.write_project(folder, schema="small")
        (folder / "dbt_project.yml").write_text(json.dumps(PROJECT))
        for name in ("models", "macros"):
            (folder / name).mkdir()
        macro = ROOT / "macros" / "record_builds.sql"
        (folder / "macros" / macro.name).write_text(macro.read_text())
        self.write_upstream("free")
        self.write("people", "select id, user_id, plan from {{ ref('upstream') }}")
        self.write_yml()

    def write_upstream(self, plan: str) -> None:
        columns = f"cast('u1' as varchar) as user_id, cast('{plan}' as varchar) as plan"
        self.write("upstream", f"select cast('1' as varchar) as id, {columns}")

    def write(self, name: str, sql: str) -> None:
        config = "{{ config(materialized='table') }}"
        (self.folder / "models" / f"{name}.sql").write_text(f"{config}\n{sql}\n")

    def write_yml(self, **settings: object) -> None:
        block = {
            "targets": ["demo"],
            "call": "identify",
            "key": "id",
            "user_id": "user_id",
            **settings,
        }
        columns: list[dict[str, object]] = [
            {"name": name, "data_type": "varchar"} for name in COLUMNS
        ]
        free = {"accepted_values": {"arguments": {"values": ["free"]}}}
        columns[-1]["data_tests"] = [free]
        exposure = {
            "name": "people",
            "type": "application",
            "owner": {"name": "Growth"},
            "depends_on": ["ref('people')"],
            "config": {"meta": {"segment_sync": block}},
        }
        model = {
            "name": "people",
            "config": {"contract": {"enforced": True}},
            "columns": columns,
        }
        content = {"models": [model], "exposures": [exposure]}
        (self.folder / "models" / "_models.yml").write_text(json.dumps(content))

    def remove_exposure(self) -> None:
        """Take the sync out of the project, and leave its model."""
        file = self.folder / "models" / "_models.yml"
        content = json.loads(file.read_text())
        del content["exposures"]
        file.write_text(json.dumps(content))
        self.dbt("parse")

    def dbt(self, *arguments: str) -> None:
        run_dbt(self.folder, *arguments, project=self.folder)

    def run(self, *, accept_build: bool = False, built_by: str | None = None) -> Counts:
        with open_warehouse(self.folder, "demo") as warehouse:
            manifest = self.folder / "target" / "manifest.json"
            syncs = read_syncs(manifest, kind=warehouse.kind, schema=warehouse.schema)
            options = RunOptions(
                delivery=FAST, accept_build=accept_build, built_by=built_by
            )
            return run_sync(warehouse, syncs["people"], options).counts

    def last_invocation(self) -> str:
        """What dbt calls its last run."""
        results = json.loads((self.folder / "target" / "run_results.json").read_text())
        return str(results["metadata"]["invocation_id"])

    def obstacle(self) -> str | None:
        with open_warehouse(self.folder, "demo") as warehouse:
            manifest = self.folder / "target" / "manifest.json"
            syncs = read_syncs(manifest, kind=warehouse.kind, schema=warehouse.schema)
            return preview_sync(warehouse, syncs["people"]).obstacle


def test_a_model_is_sent_only_as_it_was_built_and_tested(
    tmp_path: Path,
    place: Place,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A failed test, a part that is newer, and an edit stop the sync, each with its name,
    until dbt has built and tested the model again, or a person accepts it as it is.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    project = Project(tmp_path, place)
    project.dbt("parse")
    with pytest.raises(ModelUnfit, match="no word of a build of people"):
        project.run()

    project.dbt("build")
    assert project.obstacle() is None
    with pytest.raises(ModelUnfit, match="dbt was cut off after it had built people"):
        project.run(built_by="a run of dbt that left no word")
    assert project.run(built_by=project.last_invocation()) == Counts(added=1)

    project.write_upstream("gold")
    with pytest.raises(ModelUnfit, match=r"models/upstream.sql was edited"):
        project.run()
    project.dbt("parse")
    with pytest.raises(ModelUnfit, match="upstream was edited since it was built"):
        project.run()
    project.dbt("run", "--select", "upstream")
    with pytest.raises(ModelUnfit, match="people is older than upstream") as raised:
        project.run()
    assert raised.value.exit_code == 3
    assert "dbt build --select +exposure:people" in str(raised.value)

    with pytest.raises(AssertionError, match="accepted_values"):
        project.dbt("build")
    assert "accepted_values_people_plan__free failed" in str(project.obstacle())
    with pytest.raises(ModelUnfit, match="accepted_values_people_plan__free"):
        project.run()
    # A build without its tests takes nothing back.
    project.dbt("run")
    with pytest.raises(ModelUnfit, match="accepted_values_people_plan__free"):
        project.run()
    assert sandbox.summary()["requests"] == 1
    assert project.run(accept_build=True) == Counts(changed=1)

    project.write_upstream("free")
    project.dbt("build")
    project.write_yml(on_removed="ignore")
    with pytest.raises(ModelUnfit, match=r"exposure in models/_models.yml was edited"):
        project.run()
    project.dbt("parse")
    assert project.run() == Counts(changed=1)
