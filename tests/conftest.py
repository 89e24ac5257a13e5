"""What tests of every kind share."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """The address of a sandbox in a process of its own."""
    with sandbox_process() as url:
        yield url


@pytest.fixture
def sandbox(sandbox_url: str) -> Iterator[Inspection]:
    """A look into that sandbox, which has seen nothing yet."""
    with Inspection(sandbox_url) as inspection:
        inspection.reset()
        yield inspection


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt knows of the project, parsed once for all tests that ask."""
    from dbt.cli.main import dbtRunner  # seconds, which few tests should pay

    folder = tmp_path_factory.mktemp("manifest")
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    result = dbtRunner().invoke(
        [
            "--quiet",
            "parse",
            "--target=demo",
            f"--project-dir={ROOT}",
            f"--profiles-dir={folder}",
            f"--target-path={folder}",
            f"--log-path={folder}",
        ]
    )
    assert result.success, result.exception
    return dict(json.loads((folder / "manifest.json").read_text()))
