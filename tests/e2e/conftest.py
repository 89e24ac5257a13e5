"""The story is lived once; every test looks back on it."""

import pytest

# Before they are imported, so that their assertions show the values, too.
pytest.register_assert_rewrite("tests.e2e.runs", "tests.e2e.truth")

from tests.e2e.story import Story, live  # noqa: E402


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return live(tmp_path_factory.mktemp("story"))
