"""A fresh world for each test, and each test in every kind of warehouse."""

from pathlib import Path

import pytest

from tests.sync.world import World
from tests.warehouses import Place
from tracking.sandbox.inspection import Inspection


@pytest.fixture
def world(
    tmp_path: Path,
    place: Place,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    return World(tmp_path, place, sandbox_url, sandbox)


@pytest.fixture
def shared_world(
    tmp_path: Path,
    shared_place: Place,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """A world in a warehouse that many processes may use at once."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    return World(tmp_path, shared_place, sandbox_url, sandbox)
