"""What tests of every kind share."""

from collections.abc import Iterator

import pytest

from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process


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
