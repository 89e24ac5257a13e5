"""A project of one model and one sync, without dbt: a manifest, a table, a profile."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, AssetsDefinition, ExecuteInProcessResult
from sqlalchemy import text

from orchestration.newest_rows import Patience
from orchestration.project import Project
from orchestration.segment_syncs import sync_asset
from sync import read_syncs
from warehouse import open_warehouse

PROFILES = """
small:
  target: demo
  outputs:
    demo: {type: duckdb, path: small.duckdb, schema: small}
"""
PEOPLE = {"call": "identify", "key": "id", "user_id": "user_id"}


def small_project(
    folder: Path,
    sandbox_url: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    columns: Mapping[str, str],
    create: str,
) -> Project:
    """The project in a folder; `create` makes the table `small_syncs.people`."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.delenv("DBT_TARGET", raising=False)
    (folder / "dbt_project.yml").write_text("name: small\nprofile: small\n")
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "target").mkdir()
    (folder / "target" / "columns.json").write_text(json.dumps(columns))
    project = Project(folder=folder)
    sql(project, "create schema small_syncs")
    sql(project, create)
    return project


def asset_of(
    project: Project,
    *,
    targets: list[str],
    settings: Mapping[str, Any] = PEOPLE,
    patience: Patience | None = None,
) -> AssetsDefinition:
    """The sync's asset, opted in for these targets."""
    columns = json.loads((project.folder / "target" / "columns.json").read_text())
    manifest = _manifest(columns, {**settings, "targets": targets})
    project.manifest_path.write_text(json.dumps(manifest))
    return asset_as_it_is(project, patience)


def asset_as_it_is(
    project: Project, patience: Patience | None = None
) -> AssetsDefinition:
    """The sync's asset, as the manifest on the disk has it."""
    syncs = read_syncs(project.manifest_path, kind="duckdb", schema="small")
    return sync_asset(
        project,
        syncs["people"],
        model=AssetKey(["syncs", "people"]),
        patience=patience,
    )


def _manifest(
    columns: Mapping[str, str], settings: Mapping[str, Any]
) -> dict[str, Any]:
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
                    name: {"name": name, "data_type": data_type, "config": {}}
                    for name, data_type in columns.items()
                },
            }
        },
        "exposures": {
            "exposure.small.people": {
                "name": "people",
                "original_file_path": "models/syncs/_syncs__exposures.yml",
                "depends_on": {"nodes": ["model.small.people"]},
                "config": {"meta": {"segment_sync": dict(settings)}},
            }
        },
    }


def facts_of(result: ExecuteInProcessResult) -> dict[str, Any]:
    """What the asset said."""
    [event] = result.asset_materializations_for_node("segment__people")
    return {name: value.value for name, value in event.metadata.items()}


def launched(**config: Any) -> dict[str, Any]:
    """What a person types into the launchpad."""
    return {"ops": {"segment__people": {"config": config}}}


def sql(project: Project, statement: str) -> None:
    """Change the warehouse by hand."""
    with open_warehouse(project.folder) as opened, opened.engine.begin() as connection:
        connection.execute(text(statement))
