"""One warehouse with every scenario in it, built once."""

from pathlib import Path

import pytest

from tests.identity.builds import Outcome, build
from tests.identity.stories import BLOCKED, overrides, tell_all


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder: Path = tmp_path_factory.mktemp("scenarios")
    return build(tell_all(), folder, blocked=BLOCKED, overrides=overrides())
