import pytest

from landing.timestamps import is_timestamp, parse_timestamp
from tests.landing.samples import at

NOON = at("2026-03-01 12:00:00.250")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00.250Z",
        "2026-03-01T12:00:00.250000+00:00",
        "2026-03-01T14:00:00.250+02:00",
        "2026-03-01T12:00:00.250",
        "2026-03-01 12:00:00.250000",
        "2026-03-01T12:00:00.250000999Z",
    ],
)
def test_every_spelling_of_a_moment_is_one_moment(text: str) -> None:
    """
    Both spellings of UTC, other zones and none, milliseconds and finer.
    """
    assert parse_timestamp(text) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01",
        "2026-13-01T00:00:00Z",
        "2026-W10-1T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "20260301T120000Z",
        "1772366400",
        1_772_366_400,
        1_772_366_400_000.5,
        True,
        "",
    ],
)
def test_what_is_not_clearly_iso_is_not_guessed(value: object) -> None:
    """
    Dates, epochs and impossible moments are not read.
    """
    assert parse_timestamp(value) is None


def test_a_new_column_is_one_of_timestamps_only_with_zones() -> None:
    """
    Text without a zone may be a local hour and stays text.
    """
    assert is_timestamp("2026-03-01T12:00:00Z")
    assert not is_timestamp("2026-03-01T12:00:00")
