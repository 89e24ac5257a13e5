"""What tests of every kind share."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.emulator.process import Emulator, emulator_process
from tests.postgres_server import PostgresServer, own_server, server_of
from tests.warehouses import (
    KINDS,
    POSTGRES_URL,
    SHARED_KINDS,
    Place,
    Places,
)
from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that runs: one of the tests' own, or the one they are told of."""
    if url := os.environ.get(POSTGRES_URL):
        yield server_of(url)
        return
    with own_server() as server:
        yield server


@pytest.fixture(scope="session")
def snowflake_emulator() -> Iterator[Emulator]:
    """An emulator of Snowflake, in a process of its own."""
    with emulator_process() as emulator:
        yield emulator


# A machine that is busy draws and runs an example slowly; that says nothing about it.
settings.register_profile(
    "relyv", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("relyv")

# Each statement is a request over HTTP: what `make test` runs of it is in
# tests/emulator, and the rest is for `make test-all`.
EMULATED = pytest.param("snowflake", marks=pytest.mark.slow)


@pytest.fixture(scope="session", params=[*KINDS, EMULATED])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of warehouse: a test that asks for it runs on each."""
    return str(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """
    Leave out a test where it says nothing, and mark as slow what others say, too.

    `only_on` names the kinds of warehouse that a test is about. A module whose SQL is
    run on each kind by other tests names in `KINDS_FOR_ALL` those on which it runs in
    `make test-all` alone.
    """
    pointless = []
    for item in items:
        kind = getattr(item, "callspec", None) and item.callspec.params.get("kind")
        if kind in getattr(getattr(item, "module", None), "KINDS_FOR_ALL", ()):
            item.add_marker(pytest.mark.slow)
        mark = item.get_closest_marker("only_on")
        if mark and kind not in mark.args:
            pointless.append(item)
    config.hook.pytest_deselected(items=pointless)
    items[:] = [item for item in items if item not in pointless]


@pytest.fixture(scope="session")
def places(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Places:
    """Places of every kind; a server is started for the first that needs it."""
    return Places(
        tmp_path_factory.mktemp("places"),
        lambda: request.getfixturevalue("postgres_server"),
        lambda: request.getfixturevalue("snowflake_emulator"),
    )


@pytest.fixture
def new_place(places: Places, kind: str) -> Iterator[Callable[[], Place]]:
    """Empty places of one kind, for a test that needs several."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(places.new(kind))


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """An empty place."""
    return new_place()


@pytest.fixture(params=SHARED_KINDS)
def shared_place(request: pytest.FixtureRequest, places: Places) -> Iterator[Place]:
    """An empty place of a kind that many processes may use at once."""
    with places.new(str(request.param)) as place:
        yield place


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
