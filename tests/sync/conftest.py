"""A fresh world for each test."""

from pathlib import Path

import pytest

from tests.sync.world import World
from tracking.sandbox.inspection import Inspection


@pytest.fixture
def world(
    tmp_path: Path,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    return World(tmp_path, sandbox_url, sandbox)
