"""The first run, before anything has landed."""

from pathlib import Path

from tests.identity.builds import build
from tests.identity.histories import History
from tests.warehouses import Place

KINDS_FOR_ALL = ("postgres",)


def test_an_empty_warehouse_builds_without_a_warning(
    place: Place, tmp_path: Path
) -> None:
    """
    All tables are there and empty. Every unit test and every invariant holds.
    """
    outcome = build(History(), tmp_path, place, with_unit_tests=True)

    assert outcome.mapping == {}
    assert outcome.sessions == {}
