"""One sandbox process for all tests of tracking, emptied before each."""

from collections.abc import Iterator

import httpx
import pytest

from tests.tracking.network import KEY
from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """The address of a sandbox in a process of its own."""
    with sandbox_process() as url:
        yield url


@pytest.fixture(scope="session")
def inspection(sandbox_url: str) -> Iterator[Inspection]:
    """A look into that sandbox."""
    with Inspection(sandbox_url) as one:
        yield one


@pytest.fixture
def sandbox(inspection: Inspection) -> Inspection:
    """The same look, when the sandbox has seen nothing yet."""
    inspection.reset()
    return inspection


@pytest.fixture(scope="module")
def connection(sandbox_url: str) -> Iterator[httpx.Client]:
    """A plain client of the sandbox, with a key."""
    with httpx.Client(base_url=sandbox_url, auth=(KEY, ""), trust_env=False) as client:
        yield client


@pytest.fixture
def http(connection: httpx.Client, sandbox: Inspection) -> httpx.Client:
    """The same client, when the sandbox has seen nothing yet."""
    return connection
