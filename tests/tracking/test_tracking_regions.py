"""Addresses and names that are facts, not choices."""

import pytest

from tests.tracking.network import KEY
from tracking import Region, write_key_fingerprint


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [
        ("us", "https://api.segment.io"),
        ("eu", "https://events.eu1.segmentapis.com"),
    ],
)
def test_each_region_has_its_own_host(region: str, endpoint: str) -> None:
    """
    What goes to the host of the other region is lost without a word.
    """
    assert Region(region).endpoint == endpoint


def test_there_is_no_region_by_default() -> None:
    """
    An unknown region is an error, never the United States.
    """
    with pytest.raises(ValueError, match="apac"):
        Region("apac")


def test_a_fingerprint_names_a_key_without_showing_it() -> None:
    """
    The same key has the same name, and no part of it is in the name.
    """
    assert write_key_fingerprint(KEY) == write_key_fingerprint(KEY)
    assert write_key_fingerprint(KEY) != write_key_fingerprint(KEY.swapcase())
    assert len(write_key_fingerprint(KEY)) == 16
    assert not any(KEY[at : at + 4] in write_key_fingerprint(KEY) for at in range(29))
