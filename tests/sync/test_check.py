"""Is the key the right one? Segment would say 200 to any."""

import logging
from typing import Any

import httpx
import pytest

from sync.destination import check
from sync.destination.address import Destination, destination_of
from sync.destination.check import check_destination
from sync.destination.checked import record_check
from sync.destination.foreign import foreign_calls
from sync.errors import DestinationUnchecked
from sync.plan.checks import Counts
from tests.sync.world import World, rows
from tracking.source_settings import KeyVerdict, key_verdict

KEY = "the-first-key-of-all-32-letters0"
US, EU = "api.segment.io", "events.eu1.segmentapis.com"


def settings(status: int, api_host: str | None = None) -> httpx.MockTransport:
    """A CDN that says this."""
    segment = {"apiHost": f"{api_host}/v1"} if api_host else {}
    body = {"integrations": {"Segment.io": segment}}
    return httpx.MockTransport(lambda _: httpx.Response(status, json=body))


@pytest.mark.parametrize(
    ("cdn", "host", "verdict"),
    [
        (settings(200, US), US, KeyVerdict.KNOWN),
        (settings(200), US, KeyVerdict.KNOWN),
        (settings(200, EU), EU, KeyVerdict.KNOWN),
        (settings(200, EU), US, KeyVerdict.ELSEWHERE),
        (settings(200), EU, KeyVerdict.ELSEWHERE),
        (settings(404), US, KeyVerdict.UNKNOWN),
        (settings(403), US, KeyVerdict.UNKNOWN),
        (settings(503), US, KeyVerdict.UNSURE),
        (httpx.MockTransport(lambda _: httpx.Response(200)), US, KeyVerdict.UNSURE),
    ],
)
def test_the_settings_tell_the_key_and_the_region(
    cdn: httpx.MockTransport, host: str, verdict: KeyVerdict
) -> None:
    """
    The host that analytics.js would send to is the source's region.
    """
    assert key_verdict(KEY, hosts=frozenset({host}), transport=cdn) == verdict


def test_the_key_is_in_no_log_and_no_error(
    caplog: pytest.LogCaptureFixture, sandbox_url: str
) -> None:
    """
    Its address holds it, and httpx logs each address that it asks.
    """
    caplog.set_level(logging.DEBUG)
    with httpx.Client() as plain:
        plain.get(f"{sandbox_url}/sandbox/summary")

    host = sandbox_url.removeprefix("http://")
    found = key_verdict(KEY, hosts=frozenset({host}), cdn=sandbox_url)
    lost = key_verdict(KEY, hosts=frozenset(), cdn="http://127.0.0.1:1")

    assert (found, lost) == (KeyVerdict.KNOWN, KeyVerdict.UNSURE)
    assert "/sandbox/summary" in caplog.text
    assert KEY not in caplog.text


@pytest.fixture
def prod(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose target prod has a key, and three people to tell of."""
    monkeypatch.setenv("SEGMENT_RELYV_ENDPOINT", world.sandbox_url)
    monkeypatch.setenv("SEGMENT_RELYV_WRITE_KEY", KEY)
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    return world


def test_a_run_asks_once_for_a_destination(
    prod: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The answer is on record; the next run sends nothing but its calls.
    """
    sync = prod.identify(targets=["prod"])
    asked: list[str] = []

    def ask(write_key: str, **_: object) -> KeyVerdict:
        asked.append(write_key)
        return KeyVerdict.KNOWN

    monkeypatch.setattr(check, "key_verdict", ask)
    first = prod.run(sync, target="prod")
    prod.model(rows(("a", "u1", 1, "x"), ("b", "u2", 3, "y")))
    second = prod.run(sync, target="prod")

    assert (first.counts, second.counts) == (Counts(added=2), Counts(changed=1))
    assert asked == [KEY]
    assert prod.sql("select verdict from t_ledger.destination_checks") == [("known",)]


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (KeyVerdict.UNKNOWN, "--test-call"),
        (KeyVerdict.UNSURE, "--test-call"),
        (KeyVerdict.ELSEWHERE, "SEGMENT_RELYV_REGION"),
    ],
)
def test_a_run_with_a_doubtful_key_sends_nothing(
    prod: World, monkeypatch: pytest.MonkeyPatch, verdict: KeyVerdict, says: str
) -> None:
    """
    Segment would take every call and drop it, and the ledger would call it confirmed.
    """
    monkeypatch.setattr(check, "key_verdict", lambda *_, **__: verdict)
    sync = prod.identify(targets=["prod"])

    with pytest.raises(DestinationUnchecked, match=says) as stopped:
        prod.run(sync, target="prod")

    assert stopped.value.exit_code == 2
    assert KEY not in str(stopped.value)
    assert prod.sandbox.summary()["received"] == 0


def test_a_key_that_no_source_has_sends_nothing(prod: World) -> None:
    """
    Segment would say 200 to each call, and drop it: the settings alone tell.
    """
    prod.sandbox.workspace(write_keys=["the-key-of-another-source-of-ours"])

    with pytest.raises(DestinationUnchecked, match="does not confirm"):
        prod.run(prod.identify(targets=["prod"]), target="prod")
    assert prod.sandbox.summary()["received"] == 0

    prod.sandbox.workspace(write_keys=[KEY])
    assert prod.run(prod.identify(targets=["prod"]), target="prod").counts.added == 2


def test_a_persons_word_settles_what_the_cdn_does_not_say(
    prod: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whoever saw the test call in the Debugger is not asked again, and another key is.
    """
    monkeypatch.setattr(check, "key_verdict", lambda *_, **__: KeyVerdict.UNKNOWN)
    with prod.warehouse("prod") as warehouse:
        destination = destination_of("relyv", target="prod")
        before = check_destination(warehouse, destination)
        check.send_test_call(destination)
        record_check(warehouse, destination)
        after = check_destination(warehouse, destination)
        other = Destination(
            source="relyv", region="us", endpoint=prod.sandbox_url, write_key=KEY[::-1]
        )
        another = check_destination(warehouse, other)

    assert (before.needs_a_person, before.is_good) == (True, False)
    assert (after.verdict, after.is_good) == ("confirmed", True)
    assert not another.is_good
    (call,) = prod.messages()
    assert (call["event"], call["integrations"]) == (
        "Relyv Connection Test",
        {"All": False},
    )


def test_an_api_that_does_not_answer_is_told_apart(
    prod: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A closed port is the network's fault, not the key's.
    """
    monkeypatch.setenv("SEGMENT_RELYV_ENDPOINT", "http://127.0.0.1:1")

    with pytest.raises(DestinationUnchecked, match="ConnectError"):
        prod.run(prod.identify(targets=["prod"]), target="prod")


def test_the_demo_asks_nobody_but_the_sandbox(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Not even Segment's CDN: its target is bound to the sandbox.
    """
    asked: list[str] = []
    real = check.key_verdict

    def ask(write_key: str, *, cdn: str, **more: Any) -> KeyVerdict:
        asked.append(cdn)
        return real(write_key, cdn=cdn, **more)

    monkeypatch.setattr(check, "key_verdict", ask)
    with world.warehouse() as warehouse:
        found = check_destination(warehouse, destination_of("relyv", target="demo"))

    assert asked == [world.sandbox_url]
    assert (found.verdict, found.is_good) == ("known", True)


def calls(schema: str, *senders: str | None) -> list[str]:
    """A schema as Segment writes it, with calls of these products today."""
    values = ", ".join(
        f"('{number}', {'null' if sender is None else repr(sender)})"
        for number, sender in enumerate(senders)
    )
    return [
        f"create schema {schema}",
        (
            f"create table {schema}.identifies as select id, "
            "cast(sender as varchar) as context_integration_name, now() as received_at "
            f"from (values {values}) as calls(id, sender)"
        ),
        # A table without the column: Segment adds it with its first value.
        f"create table {schema}.pages as select 'p' as id, now() as received_at",
    ]


def test_other_calls_under_our_key_are_warned_of(world: World) -> None:
    """
    Only where ours stand beside them: any other schema is another source's.
    """
    (world.folder / "dbt_project.yml").write_text(
        "profile: relyv_segment\n"
        "vars: {segment_schemas: [landed, shared, web, ours, none], "
        "relyv_raw_schema: exports}\n"
    )
    mixed = ("relyv-segment", "relyv-segment", None, "Braze")
    world.sql(
        *calls("landed", *mixed),
        *calls("shared", *mixed),
        *calls("web", None, "Braze"),
        *calls("ours", "relyv-segment"),
        "drop table ours.pages",
        "create schema exports",
        "create table exports.landing_rejections as select 1 as one",
    )

    with world.warehouse() as warehouse:
        (found,) = foreign_calls(warehouse)

    assert (found.schema, found.ours, found.others) == ("shared", 2, 3)
    assert "2 calls of relyv's and 3 of others" in found.warning


def test_calls_of_long_ago_are_no_warning(world: World) -> None:
    """
    Whoever took a key over has read the warning often enough.
    """
    (world.folder / "dbt_project.yml").write_text(
        "profile: relyv_segment\nvars: {segment_schemas: [shared]}\n"
    )
    world.sql(
        *calls("shared", "relyv-segment", "Braze"),
        "update shared.identifies set received_at = now() - interval '31 days' "
        "where context_integration_name = 'Braze'",
        "drop table shared.pages",
    )

    with world.warehouse() as warehouse:
        assert foreign_calls(warehouse) == []
