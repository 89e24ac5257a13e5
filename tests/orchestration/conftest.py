"""The real project, with a warehouse, a manifest and a Segment of the test's own."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from orchestration.project import Project
from tracking.sandbox.inspection import Inspection

ROOT = Path(__file__).parents[2]


@pytest.fixture
def warehouse_file(tmp_path: Path) -> Path:
    """Where DuckDB puts the warehouse once somebody opens it."""
    return tmp_path / "relyv.duckdb"


@pytest.fixture
def project(
    tmp_path: Path,
    warehouse_file: Path,
    manifest: dict[str, Any],
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """The project as `relyv dagster` finds it in the environment."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    target_path = tmp_path / "target"
    target_path.mkdir()
    (target_path / "manifest.json").write_text(json.dumps(manifest))
    environment = {
        "RELYV_PROJECT_DIR": ROOT,
        "RELYV_DUCKDB_PATH": warehouse_file,
        "RELYV_SANDBOX_URL": sandbox_url,
        "DBT_PROFILES_DIR": tmp_path,
        "DBT_TARGET": "demo",
        "DBT_TARGET_PATH": target_path,
        "DBT_LOG_PATH": tmp_path / "logs",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("RELYV_LANDING_PATHS", raising=False)
    return Project.from_environment()
