import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.warehouse_names import column_name, event_table_name, fitting, snake_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sampleText", "sample_text"),
        ("2FA Enabled", "2fa_enabled"),
        ("CStringRef", "cstring_ref"),
        ("THE5r", "the5r"),
        ("lk0B@bFmjrLQ_Z6YL", "lk0_b_b_fmjr_lq_z6yl"),
        ("_5TEst", "5test"),
        ("$something%", "something"),
        ("•¶§ƒ˚foo˙∆˚¬", "foo"),
        ("f_pX9", "f_p_x9"),
        ("samPLE text", "sam_ple_text"),
        ("sample___text", "sample_text"),
        ("   $#$sample   2    Text   ", "sample_2_text"),
        ("___$$Base64Encode", "base64_encode"),
        ("FOO:BAR$BAZ", "foo_bar_baz"),
    ],
)
def test_names_are_spelled_as_segment_spells_them(name: str, expected: str) -> None:
    """
    The vectors of Segment's own library hold.
    """
    assert snake_case(name) == expected


@given(st.text(max_size=300))
def test_any_text_has_a_name_that_a_second_pass_leaves_alone(name: str) -> None:
    """
    A name is never empty, is made of safe letters, and is its own name.
    """
    spelled = snake_case(name)

    assert spelled
    assert set(spelled) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert snake_case(spelled) == spelled.lstrip("_")


def test_names_without_letters_stay_apart() -> None:
    """
    Two events in another script do not become one table.
    """
    assert snake_case("注文") != snake_case("支払")


def test_long_names_are_cut_and_stay_apart() -> None:
    """
    63 bytes hold a name, and two long ones that begin alike remain two.
    """
    first, second = fitting("a" * 80), fitting("a" * 81)

    assert len(first) == len(second) == 63
    assert first != second
    assert fitting("a" * 63) == "a" * 63


@pytest.mark.parametrize(
    ("path", "expected"),
    [("user_id", "_user_id"), ("context_ip", "_context_ip"), ("plan", "plan")],
)
def test_a_taken_column_name_is_prefixed(path: str, expected: str) -> None:
    """
    A property cannot pass for one of the call's own columns.
    """
    assert column_name(path, {"user_id"}) == expected


def test_an_event_cannot_take_a_fixed_table() -> None:
    """
    An event called Tracks has a table beside tracks, not in it.
    """
    assert event_table_name("Tracks") == "_tracks"
    assert event_table_name("Order Completed") == "order_completed"
