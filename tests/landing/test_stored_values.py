"""What a value is once it has landed, in every warehouse."""

from tests.landing.conftest import Ground
from tests.landing.samples import call, event


def test_the_first_value_types_a_column_and_later_ones_fit_or_are_null(
    ground: Ground,
) -> None:
    """
    The row lands all the same; the field, the file and the line are written down.
    """
    ground.land(call(messageId="m1", traits={"plan": None, "seats": 3, "since": None}))
    report = ground.land(
        call(messageId="m2", traits={"plan": "pro", "seats": "many"}),
        call(messageId="m3", traits={"since": "2026-03-01T10:00:00Z", "seats": True}),
    )

    types = ground.types("segment", "identifies")
    assert (types["plan"], types["seats"], types["since"]) == (
        "VARCHAR",
        "BIGINT",
        "TIMESTAMP",
    )
    assert ground.rows("select id, seats from segment.identifies order by id") == [
        ("m1", 3),
        ("m2", None),
        ("m3", None),
    ]
    assert ground.rejections() == [
        (1, "value_does_not_fit", "seats"),
        (2, "value_does_not_fit", "seats"),
    ]
    assert report.rejected_fields == {"value_does_not_fit": 2}
    assert report.records == report.landed + report.duplicates + report.rejected


def test_a_fraction_widens_a_free_column(ground: Ground) -> None:
    """
    Segment would cut 9.5 to 9 once a whole price came first; landing keeps it.
    """
    ground.land(call("track", properties={"price": 9}))
    ground.land(call("track", messageId="m2", properties={"price": 9.5}))

    assert ground.types("segment", "order_completed")["price"].startswith("DOUBLE")
    assert ground.rows("select price from segment.order_completed order by price") == [
        (9.0,),
        (9.5,),
    ]


def test_integers_beyond_64_bits_do_not_fit(ground: Ground) -> None:
    """
    Null in a column of integers, digits in a new one.
    """
    ground.land(call(messageId="m1", traits={"points": 1}))
    ground.land(call(messageId="m2", traits={"points": 2**63, "serial": 2**63}))

    assert ground.rows("select points, serial from segment.identifies order by id") == [
        (1, None),
        (None, str(2**63)),
    ]


def test_every_word_can_be_a_name(ground: Ground) -> None:
    """
    Reserved words, per cent signs and other scripts are names like others.
    """
    report = ground.land(
        call("track", event="Order", properties={"group": 1, "select": 2, "100%": 3}),
        call("track", messageId="m2", event="注文", properties={"数": 4}),
    )

    assert (report.landed, report.rejected_fields) == (2, {})
    assert ground.row('select "group", "select", "100" from segment."order"') == (
        1,
        2,
        3,
    )


def test_a_character_that_no_text_can_hold_is_replaced(ground: Ground) -> None:
    """
    PostgreSQL stores no U+0000; an id must be the same id in every warehouse.
    """
    line = (
        rb'{"type": "track", "event": "a\u0000b", "userId": "\u0000\u0000ann",'
        rb' "messageId": "m1", "timestamp": "2026-03-01T10:00:00Z",'
        rb' "properties": {"path": "C:\\u0000", "list": ["\\\u0000"]}}'
    )

    report = ground.land(
        line, event(event_type="custom", properties='{"a": "x\\u0000"}')
    )

    assert report.landed == 2
    assert ground.row("select user_id, event_text, path, list from segment.a_b") == (
        "\ufffd\ufffdann",
        "a\ufffdb",
        "C:\\u0000",
        '["\\\\\ufffd"]',
    )
    assert ground.row("select properties from relyv_raw.session_events") == (
        '{"a":"x\ufffd"}',
    )


def test_external_ids_are_json_or_nothing(ground: Ground) -> None:
    """
    The models take them apart; text that only looks like a list would end a build.
    """
    report = ground.land(
        call(messageId="m1", context={"externalIds": [{"id": "c1"}]}),
        call(messageId="m2", context={"externalIds": "[broken"}),
    )

    assert ground.rows(
        "select id, context_external_ids from segment.identifies order by id"
    ) == [("m1", '[{"id":"c1"}]'), ("m2", None)]
    assert report.rejected_fields == {"value_does_not_fit": 1}


def test_text_stays_as_it_is(ground: Ground) -> None:
    """
    Quotes, line ends, what ends a COPY, the empty text and other scripts.
    """
    texts = ["", '"', "a\r\nb", "\\.", "\n\\.\n", "\t\\N", "null", "é🙂注", "a,b", " "]

    ground.land(
        *(
            call(messageId=f"i{number}", traits={"said": text})
            for number, text in enumerate(texts)
        )
    )

    rows = ground.rows("select said from segment.identifies where said is not null")
    assert sorted(said for (said,) in rows) == sorted(texts)
