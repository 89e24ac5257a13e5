"""The real project, with a warehouse, a manifest and a Segment of the test's own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestration.project import Project
from tracking.sandbox.inspection import Inspection

ROOT = Path(__file__).parents[2]
WAREHOUSE = "relyv.duckdb"


@pytest.fixture
def warehouse_file(tmp_path: Path) -> Path:
    """Where DuckDB puts the warehouse once somebody opens it."""
    return tmp_path / WAREHOUSE


@pytest.fixture
def project(
    tmp_path: Path,
    manifest: dict[str, Any],
    sandbox_url: str,
    sandbox: Inspection,
) -> Iterator[Project]:
    """The project as `relyv dagster` finds it in the environment."""
    with project_in(tmp_path, manifest, sandbox_url) as project:
        yield project


@contextmanager
def project_in(
    folder: Path, manifest: dict[str, Any], sandbox_url: str
) -> Iterator[Project]:
    """The real project, its warehouse and all that it writes in a folder."""
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    target_path = folder / "target"
    target_path.mkdir()
    (target_path / "manifest.json").write_text(json.dumps(manifest))
    environment = {
        "RELYV_PROJECT_DIR": ROOT,
        "RELYV_DUCKDB_PATH": folder / WAREHOUSE,
        "RELYV_SANDBOX_URL": sandbox_url,
        "DBT_PROFILES_DIR": folder,
        "DBT_TARGET": "demo",
        "DBT_TARGET_PATH": target_path,
        "DBT_LOG_PATH": folder / "logs",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, str(value))
        patch.delenv("RELYV_LANDING_PATHS", raising=False)
        yield Project.from_environment()
