from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.raw_tables import SESSION_COLUMNS, SESSION_EVENT_COLUMNS
from landing.rejections import FIELD_REASONS, REASONS
from tests.landing.conftest import Ground
from tests.landing.samples import call, deletion, event, session

FIELDS = st.sampled_from(
    [
        *SESSION_COLUMNS,
        *SESSION_EVENT_COLUMNS,
        *("type", "userId", "anonymousId", "messageId", "event", "name", "traits"),
        *("properties", "context", "timestamp", "sentAt", "receivedAt", "batch"),
        *("deletion_request_id", "subject_type", "subject_id", "requested_at"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["", "2026-03-01T10:00:00Z", "user_id", "track", "delete", "\0"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(FIELDS | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
CALLS = st.sampled_from(["identify", "page", "screen", "group", "alias", "track"])
SHAPES: st.SearchStrategy[dict[str, Any]] = (
    CALLS.map(call)
    | st.just({"type": "delete", "userId": "ann"})
    | st.sampled_from([session(), event(), deletion()])
    | st.lists(VALUES | CALLS.map(call), max_size=3).map(lambda items: {"batch": items})
    | st.just({})
)
# A known shape with anything in its fields: the likeliest to go wrong.
BENT = st.builds(
    lambda shape, bends: {**shape, **bends},
    SHAPES,
    st.dictionaries(FIELDS | st.text(max_size=8), VALUES, max_size=4),
)
LINES = (
    BENT.map(orjson.dumps)
    | VALUES.map(orjson.dumps)
    | st.binary(max_size=20).map(lambda noise: noise.replace(b"\n", b" "))
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=st.lists(LINES, max_size=12), chunk_lines=st.integers(1, 5))
def test_any_lines_land_are_duplicates_or_are_rejected(
    new_ground: Callable[[], Ground], lines: list[bytes], chunk_lines: int
) -> None:
    """
    No line can stop a run, and none goes missing in it; a second run adds nothing.
    """
    ground = new_ground()

    first = ground.land(*lines, chunk_lines=chunk_lines)
    again = ground.land(*lines, chunk_lines=chunk_lines)

    assert first.lines == len(lines)
    assert first.records == first.landed + first.duplicates + first.rejected
    assert first.rejected_lines.keys() <= REASONS.keys()
    assert first.rejected_fields.keys() <= FIELD_REASONS.keys()
    assert again.landed == 0
    assert again.rejected == first.rejected
