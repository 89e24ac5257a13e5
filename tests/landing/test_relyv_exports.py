import json
from typing import Any

import pytest

from tests.landing.conftest import Ground
from tests.landing.samples import at, deletion, event, session

SECRETS = {
    "value": "4111 1111",
    "text": "my secret",
    "inputValue": "my secret",
    "ip": "192.0.2.1",
    "ipAddress": "192.0.2.1",
    "latitude": 52.5,
    "longitude": 13.4,
}


def test_a_session_and_its_versions_land(ground: Ground) -> None:
    """
    The same version lands once, a newer one beside it.
    """
    ground.land(session(row_version=1), session(row_version=1))
    report = ground.land(session(row_version=1), session(row_version=2))

    assert (report.landed, report.duplicates) == (1, 1)
    assert ground.rows(
        "select row_version, count(distinct _row_id) from relyv_raw.sessions"
        " group by 1 order by 1"
    ) == [(1, 1), (2, 1)]


def test_a_version_is_its_content_not_its_spelling(ground: Ground) -> None:
    """
    The order of fields, and when an exporter loaded the row, make no version.
    """
    row = session(browser="Firefox", _loaded_at="2026-03-01T00:00:00Z")
    report = ground.land(
        row, dict(reversed((row | {"_loaded_at": "2026-03-09T00:00:00Z"}).items()))
    )

    assert (report.landed, report.duplicates) == (1, 1)


def test_a_session_event_lands_typed(ground: Ground) -> None:
    """
    Numbers, booleans, times and JSON arrive as the models expect them.
    """
    ground.land(
        event(
            x=12,
            first_response_ms=120.6,
            is_trusted=True,
            modifiers=["shift"],
            properties={"plan": "pro"},
            seq=3,
        )
    )

    x, response, trusted, modifiers, properties, seq, ts, row_id = ground.row(
        "select x, first_response_ms, is_trusted, modifiers, properties, seq, ts,"
        " _row_id from relyv_raw.session_events"
    )
    assert (x, response, trusted, seq) == (12.0, 121, True, 3)
    assert (json.loads(modifiers), json.loads(properties)) == (
        ["shift"],
        {"plan": "pro"},
    )
    assert ts == at("2026-03-01 10:00:01")
    assert row_id == "e1"


def test_what_an_event_lacks_landing_stamps(ground: Ground) -> None:
    """
    An id from the content, and the receipt; the rest stays null.
    """
    bare = {"session_id": "s1", "event_type": "click", "seq": 4}
    report = ground.land(bare, bare)

    assert (report.landed, report.duplicates) == (1, 1)
    assert ground.row(
        "select length(event_id), received_at = _loaded_at, ts, tab_id"
        " from relyv_raw.session_events"
    ) == (64, True, None, None)


@pytest.mark.parametrize("row", [session(**SECRETS), event(**SECRETS)])
def test_typed_text_and_places_are_left_behind(
    ground: Ground, row: dict[str, Any]
) -> None:
    """
    No column and no value of them is in the warehouse, and nothing is rejected.
    """
    report = ground.land(row)
    table = "session_events" if "event_type" in row else "sessions"

    columns = set(ground.types("relyv_raw", table))
    assert columns.isdisjoint({*SECRETS, "input_value", "ip_address"})
    assert "my secret" not in str(ground.rows(f"select * from relyv_raw.{table}"))
    assert (report.landed, report.rejected_fields) == (1, {})


def test_properties_are_searched_for_them_too(ground: Ground) -> None:
    """
    At any depth, as JSON or as its text; a custom event keeps its own `value`.
    """
    inner = {"kept": 1, "deep": [{"ip": "192.0.2.1", "text": "my secret"}]}
    ground.land(
        event(event_id="object", properties=inner),
        event(event_id="text", properties=json.dumps(inner)),
        event(
            event_id="custom",
            event_type="custom",
            properties={"value": 9, "ip": "192.0.2.1"},
        ),
    )

    rows = dict(
        ground.rows("select event_id, properties from relyv_raw.session_events")
    )
    assert {name: json.loads(text) for name, text in rows.items()} == {
        "object": {"kept": 1, "deep": [{}]},
        "text": {"kept": 1, "deep": [{}]},
        "custom": {"value": 9},
    }


def test_unknown_fields_become_columns(ground: Ground) -> None:
    """
    A newer export has more to say; a name that is taken is prefixed.
    """
    ground.land(event(zoomLevel=1.5, pageUrl="https://other.example/"))

    assert ground.row(
        "select zoom_level, _page_url, page_url from relyv_raw.session_events"
    ) == (1.5, "https://other.example/", None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (session(session_id=None), "missing_session_id"),
        (session(session_id=""), "missing_session_id"),
        ({"event_type": "click", "ts": "2026-03-01T10:00:00Z"}, "missing_session_id"),
        (session(session_id=["s1"]), "id_not_string"),
        (session(started_at=1_772_366_400), "bad_timestamp"),
        (event(ts="10:00"), "bad_timestamp"),
        ({"session_id": "s1"}, "unknown_shape"),
        (deletion(subject_id=None), "missing_subject"),
        (deletion(subject_type="phone"), "unknown_subject_type"),
        (deletion(requested_at="soon"), "bad_timestamp"),
    ],
)
def test_rows_that_cannot_be_placed_are_rejected(
    ground: Ground, row: dict[str, Any], reason: str
) -> None:
    """
    One rejection; the run goes on.
    """
    report = ground.land(row, session(session_id="good"))

    assert [why for _, why, _ in ground.rejections()] == [reason]
    assert report.landed == 1


def test_numbers_are_ids_and_blank_ids_are_none(ground: Ground) -> None:
    """
    Other tools export numeric ids; an empty one names nobody.
    """
    ground.land(session(session_id=532, user_id="", anonymous_id=77))

    assert ground.row(
        "select session_id, user_id, anonymous_id from relyv_raw.sessions"
    ) == ("532", None, "77")


def test_a_deletion_lands_and_suppresses_once(ground: Ground) -> None:
    """
    Asked twice, by two requests, a person is suppressed once, since the first.
    """
    ground.land(deletion())
    report = ground.land(
        deletion(),
        deletion(deletion_request_id="d2", requested_at="2026-03-05T00:00:00Z"),
        deletion(subject_type="email", subject_id="ann@example.com"),
    )

    assert (report.landed, report.duplicates) == (2, 1)
    assert ground.rows(
        "select * from relyv_privacy.suppressions order by subject_type"
    ) == [
        ("email", "ann@example.com", at("2026-03-02"), "relyv"),
        ("user_id", "ann", at("2026-03-02"), "relyv"),
    ]
