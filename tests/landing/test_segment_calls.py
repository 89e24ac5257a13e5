import json
from typing import Any

import pytest

from tests.landing.conftest import Ground
from tests.landing.samples import at, call


def test_a_call_of_each_type_lands_in_its_table(ground: Ground) -> None:
    """
    Six tables, each with the columns that are its own.
    """
    ground.land(
        call(traits={"email": "ann@example.com", "firstName": "Ann"}),
        call("page", name="Home", category="Docs", properties={"path": "/"}),
        call("screen", name="Start"),
        call("group", groupId="g1", traits={"plan": "pro", "employees": 12}),
        call("alias", previousId="old"),
        call("track", properties={"revenue": 9.5}),
    )

    assert ground.row("select user_id, email, first_name from segment.identifies") == (
        "ann",
        "ann@example.com",
        "Ann",
    )
    assert ground.row("select name, category, path from segment.pages") == (
        "Home",
        "Docs",
        "/",
    )
    assert ground.row("select name, category from segment.screens") == ("Start", None)
    assert ground.row("select group_id, plan, employees from segment.groups") == (
        "g1",
        "pro",
        12,
    )
    assert ground.row("select previous_id from segment.aliases") == ("old",)
    assert ground.row("select event, event_text from segment.tracks") == (
        "order_completed",
        "Order Completed",
    )


def test_properties_are_in_the_event_table_alone(ground: Ground) -> None:
    """
    The table of an event has the columns of tracks and the properties; tracks has
    only the former.
    """
    ground.land(call("track", properties={"orderId": "o1", "lines": {"count": 2}}))

    assert ground.row(
        "select id, event, order_id, lines_count from segment.order_completed"
    ) == ("track-1", "order_completed", "o1", 2)
    assert "order_id" not in ground.types("segment", "tracks")


def test_the_context_is_flattened(ground: Ground) -> None:
    """
    Known and unknown keys, to any depth; lists and external ids as JSON.
    """
    context = {
        "library": {"name": "analytics.js", "version": "2.0"},
        "integration": {"name": "relyv-segment"},
        "traits": {"email": "ann@example.com", "age": 40},
        "externalIds": [{"id": "c1", "type": "crm_id"}],
        "anonymousId": "a1",
        "groupId": "g1",
        "page": {"url": "https://x.example/", "path": "/", "referrer": ""},
        "userAgent": "UA",
        "locale": "en",
        "campaign": {"name": "spring"},
    }
    ground.land(call(context=context))

    assert ground.row(
        "select context_library_name, context_library_version,"
        " context_integration_name, context_traits_email, context_traits_age,"
        " context_anonymous_id, context_group_id, context_page_url,"
        " context_page_path, context_page_referrer, context_user_agent,"
        " context_locale, context_campaign_name from segment.identifies"
    ) == (
        *("analytics.js", "2.0", "relyv-segment", "ann@example.com", 40, "a1", "g1"),
        *("https://x.example/", "/", "", "UA", "en", "spring"),
    )
    (external_ids,) = ground.row("select context_external_ids from segment.identifies")
    assert json.loads(external_ids) == context["externalIds"]


def test_names_that_are_taken_are_prefixed(ground: Ground) -> None:
    """
    A property cannot overwrite the call's own columns, nor an event its tables.
    """
    ground.land(
        call("track", event="Tracks", properties={"userId": "x", "event": "y", "id": 1})
    )

    assert ground.row("select user_id, _user_id, _event, _id from segment._tracks") == (
        "ann",
        "x",
        "y",
        1,
    )
    assert ground.row("select event from segment.tracks") == ("_tracks",)


def test_the_second_field_of_one_name_is_written_down(ground: Ground) -> None:
    """
    fooBar and foo_bar are one column: the first value stays.
    """
    report = ground.land(call(traits={"fooBar": 1, "foo_bar": 2}))

    assert ground.row("select foo_bar from segment.identifies") == (1,)
    assert ground.rejections() == [(1, "field_name_taken", "foo_bar")]
    assert report.rejected_fields == {"field_name_taken": 1}
    assert report.landed == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (call(userId=None), "no_user_anon_id"),
        (call(userId="", anonymousId=""), "no_user_anon_id"),
        (call(userId=7), "id_not_string"),
        (call(anonymousId=["a"]), "id_not_string"),
        (call("track", event=None), "event_not_defined"),
        (call("track", event=""), "event_not_defined"),
        (call("track", event=3), "event_not_string"),
        (call("track", properties=[1]), "properties_not_object"),
        (call(traits="pro"), "traits_not_object"),
        (call("page", name=""), "name_not_string"),
        (call("page", category=5), "category_not_string"),
        (call(timestamp=1_772_366_400), "bad_timestamp"),
        (call(sentAt="yesterday"), "bad_timestamp"),
        (call(type="charge"), "unknown_shape"),
        ({"batch": []}, "empty_batch"),
    ],
)
def test_what_segment_would_drop_is_rejected_with_its_code(
    ground: Ground, bad: dict[str, Any], reason: str
) -> None:
    """
    One rejection, and the good call beside it lands.
    """
    report = ground.land(bad, call(messageId="good"))

    assert [why for _, why, _ in ground.rejections()] == [reason]
    assert report.rejected_lines == {reason: 1}
    assert (report.landed, report.records) == (1, 2)


def test_absent_and_null_are_the_same(ground: Ground) -> None:
    """
    Null ids, names and traits are what libraries write for none.
    """
    report = ground.land(
        call(anonymousId=None, traits=None, context=None),
        call("page", name=None, category=None, properties={}),
        call("track", anonymousId="", properties={"empty": None}),
    )

    assert (report.landed, report.rejected) == (3, 0)
    assert ground.row("select anonymous_id from segment.tracks") == (None,)
    assert "empty" not in ground.types("segment", "order_completed")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param(
            {"timestamp": "2026-03-01T10:00:00Z", "originalTimestamp": None}
            | {"sentAt": "2026-03-01T11:00:00Z"},
            ("10:00", "10:00", "11:00"),
            id="as-given",
        ),
        pytest.param(
            {"timestamp": "2026-03-01T10:00:00Z"}
            | {"originalTimestamp": "2026-03-01T09:00:00Z"}
            | {"receivedAt": "2026-03-01T12:00:00Z"},
            ("10:00", "09:00", None),
            id="as-delivered",
        ),
        pytest.param(
            {"timestamp": None, "originalTimestamp": "2026-03-01T09:00:00Z"}
            | {"sentAt": "2026-03-01T09:30:00Z", "receivedAt": "2026-03-01T12:00:00Z"},
            ("11:30", "09:00", "09:30"),
            id="corrected-by-the-receipt",
        ),
        pytest.param(
            {"timestamp": None, "sentAt": "2026-03-01T11:00:00.000000+00:00"},
            ("11:00", None, "11:00"),
            id="only-sent",
        ),
    ],
)
def test_a_call_has_the_time_that_its_stamps_allow(
    ground: Ground, times: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    """
    Given, else corrected, else sent; never a guess about a clock.
    """
    ground.land(call(**times))

    found = ground.row(
        "select timestamp, original_timestamp, sent_at from segment.identifies"
    )
    assert tuple(at and at.strftime("%H:%M") for at in found) == expected


def test_receipt_is_stamped_when_nobody_did(ground: Ground) -> None:
    """
    A call straight from a library was received when it landed.
    """
    ground.land(
        call(), call(messageId="stamped", receivedAt="2026-03-01T12:00:00.000Z")
    )

    stamps = ground.rows("select id, received_at, uuid_ts from segment.identifies")
    rows = {row[0]: row[1:] for row in stamps}
    assert rows["identify-1"][0] == rows["identify-1"][1]
    assert rows["stamped"][0] == at("2026-03-01 12:00")


def test_a_batch_lands_as_its_messages(ground: Ground) -> None:
    """
    What the body says for all goes into each; each is judged alone.
    """
    report = ground.land(
        {
            "sentAt": "2026-03-01T11:00:00.000Z",
            "context": {"library": {"name": "py"}, "locale": "en"},
            "batch": [
                call(messageId="b1"),
                call(messageId="b2", context={"locale": "de"}),
                call(messageId="b3", userId=None),
                call(messageId="b4", userId=None),
                "no message",
                {"session_id": "s1", "event_type": "click"},
            ],
        }
    )

    assert ground.rows(
        "select id, context_library_name, context_locale, sent_at is not null"
        " from segment.identifies order by id"
    ) == [("b1", "py", "en", True), ("b2", "py", "de", True)]
    assert ground.rejections() == [
        (1, "no_user_anon_id", "batch[2]"),
        (1, "no_user_anon_id", "batch[3]"),
        (1, "not_an_object", "batch[4]"),
        (1, "unknown_shape", "batch[5]"),
    ]
    assert (report.lines, report.records, report.landed, report.rejected) == (
        1,
        6,
        2,
        4,
    )


def test_a_call_without_an_id_lands_once(ground: Ground) -> None:
    """
    Its content gives it one, whatever the order of its fields.
    """
    anonymous_track = call("track")
    del anonymous_track["messageId"]
    turned = dict(reversed(anonymous_track.items()))

    ground.land(anonymous_track)
    report = ground.land(turned)

    assert (report.landed, report.duplicates) == (0, 1)
    assert ground.row("select length(id) from segment.tracks") == (64,)


def test_a_delete_message_is_a_suppression(ground: Ground) -> None:
    """
    Segment's own word that a person wants to be forgotten counts, once.
    """
    forget = {"type": "delete", "userId": "ann", "messageId": "d1"}
    ground.land({**forget, "timestamp": "2026-03-02T00:00:00Z"})
    ground.land({**forget, "messageId": "d2", "timestamp": "2026-03-03T00:00:00Z"})

    assert ground.rows("select * from relyv_privacy.suppressions") == [
        ("user_id", "ann", at("2026-03-02"), "segment")
    ]
