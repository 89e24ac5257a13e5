"""Every scenario in one warehouse of each kind, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.identity.builds import Outcome, build
from tests.identity.stories import BLOCKED, overrides, tell_all
from tests.warehouses import Places


@pytest.fixture(scope="session")
def world(
    kind: str, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outcome]:
    folder: Path = tmp_path_factory.mktemp("scenarios")
    with places.new(kind) as place:
        yield build(tell_all(), folder, place, blocked=BLOCKED, overrides=overrides())
