from pathlib import Path

import pytest

from tests.warehouses import Place
from warehouse import WarehouseBusy
from warehouse.turns import one_at_a_time


def test_work_of_one_name_is_done_by_one_at_a_time(
    shared_place: Place, tmp_path: Path
) -> None:
    """
    Whoever comes second waits a while, is told, and gets its turn later.
    """
    with shared_place.open(tmp_path) as first, shared_place.open(tmp_path) as second:
        with (
            one_at_a_time(first, "landing"),
            pytest.raises(WarehouseBusy, match=r"landing") as raised,
            one_at_a_time(second, "landing", wait_seconds=0.05),
        ):
            raise AssertionError
        assert raised.value.exit_code == 4

        with one_at_a_time(second, "landing", wait_seconds=0.05):
            pass


def test_other_work_and_other_targets_go_on(
    shared_place: Place, tmp_path: Path
) -> None:
    """
    A turn is one work's in one target.
    """
    (tmp_path / "other").mkdir()
    with (
        shared_place.open(tmp_path) as warehouse,
        shared_place.open(tmp_path / "other", schema="other") as other,
        one_at_a_time(warehouse, "landing"),
        one_at_a_time(warehouse, "opening the ledger", wait_seconds=0.05),
        one_at_a_time(other, "landing", wait_seconds=0.05),
    ):
        pass
