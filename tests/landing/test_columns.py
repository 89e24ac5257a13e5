from typing import Any

import pytest

from landing.columns import Kind, fill, infer, needs_double


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([None, None], None),
        ([None, True], Kind.BOOLEAN),
        ([1, None, 2], Kind.BIGINT),
        ([1, 2.5], Kind.DOUBLE),
        ([1, True], Kind.TEXT),
        ([1, "1"], Kind.TEXT),
        ([2**63], Kind.TEXT),
        (["2026-03-01T10:00:00Z"], Kind.TIMESTAMP),
        (["2026-03-01T10:00:00Z", "soon"], Kind.TEXT),
        ([[1]], Kind.TEXT),
    ],
)
def test_the_values_choose_the_kind(values: list[Any], kind: Kind | None) -> None:
    """
    One kind for like values, doubles for numbers that mix, text for all else.
    """
    assert infer(values) is kind


@pytest.mark.parametrize(
    ("kind", "values", "kept", "misfits"),
    [
        (Kind.BIGINT, [1, "2", 2**63, None], [1, None, None, None], [1, 2]),
        (Kind.BIGINT, [120.6, True], [121, None], [1]),
        (Kind.DOUBLE, [1, 2.5, 2**60 + 1, "x"], [1.0, 2.5, float(2**60), None], [3]),
        (Kind.BOOLEAN, [True, 1, "true"], [True, None, None], [1, 2]),
        (Kind.TEXT, ["a", 1, 1.5, True, [1]], ["a", "1", "1.5", "true", "[1]"], []),
    ],
)
def test_what_does_not_fit_is_null_and_named(
    kind: Kind, values: list[Any], kept: list[Any], misfits: list[int]
) -> None:
    """
    A column keeps its kind; the positions that lost their value are told.
    """
    filled = fill(values, kind)

    assert filled.array.to_pylist() == kept
    assert list(filled.misfits) == misfits


def test_json_nested_beyond_writing_does_not_fit() -> None:
    """
    A value that cannot be written as text is a misfit, not a crash.
    """
    nested: list[Any] = []
    for _ in range(600):
        nested = [nested]

    assert fill([nested], Kind.TEXT).misfits == [0]


def test_only_a_fraction_widens() -> None:
    """
    5.0 is an integer that a language spelled differently.
    """
    assert needs_double([1, 2.5])
    assert not needs_double([1, 5.0])
