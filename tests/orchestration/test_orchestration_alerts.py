"""Failures and guards reach a webhook: once, in our words, and at no run's cost."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import stamina
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetsDefinition,
    DagsterInstance,
    MaterializeResult,
    SensorResult,
    SkipReason,
    asset,
    build_sensor_context,
    materialize,
)

from orchestration.alerts import REMINDER_SECONDS, Memory, alerts
from orchestration.failure import one_sentence
from sync.errors import TooManyRemovals
from tests.orchestration.webhook_receiver import SECRET_PATH, Receiver, receiving


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook that the environment names; attempts follow each other at once."""
    with receiving() as receiver, stamina.set_testing(True, attempts=4, cap=True):
        monkeypatch.setenv("RELYV_ALERT_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield receiver


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """A Dagster that remembers its runs for as long as the test."""
    with DagsterInstance.ephemeral() as in_memory:
        yield in_memory


@asset(
    check_specs=[AssetCheckSpec("no_row_was_rejected", asset="people")], name="people"
)
def rejects() -> Iterator[MaterializeResult[Any]]:
    failed = AssetCheckResult(
        check_name="no_row_was_rejected",
        passed=False,
        severity=AssetCheckSeverity.WARN,
        metadata={"rejected": 3, "example": "ann@example.com"},
    )
    yield MaterializeResult(check_results=[failed])


@asset(
    check_specs=[AssetCheckSpec("no_row_was_rejected", asset="people")], name="people"
)
def accepts() -> Iterator[MaterializeResult[Any]]:
    passed = AssetCheckResult(check_name="no_row_was_rejected", passed=True)
    yield MaterializeResult(check_results=[passed])


@asset(name="people")
def trips() -> None:
    with one_sentence():
        raise TooManyRemovals("people: 9 of 10 rows would be removed.")


@asset(name="people")
def quotes_a_row() -> None:
    raise ValueError("'ann@example.com' is no number")


class Watch:
    """The sensor, tick by tick, as Dagster's daemon turns it."""

    def __init__(self, instance: DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None
        self.tick()

    def run(self, *assets: AssetsDefinition) -> None:
        for each in assets:
            materialize([each], instance=self.instance, raise_on_error=False)

    def tick(self) -> Any:
        context = build_sensor_context(instance=self.instance, cursor=self.cursor)
        result = alerts()(context)
        if isinstance(result, SensorResult):
            self.cursor = result.cursor
        return result


def texts(receiver: Receiver) -> list[str]:
    return [message["text"] for message in receiver.messages]


def test_what_failed_before_the_watch_began_is_old_news(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    Turning alerts on does not tell a year's failures.
    """
    materialize([trips], instance=instance, raise_on_error=False)

    Watch(instance).tick()

    assert webhook.messages == []


def test_a_failed_check_and_a_tripped_guard_are_told(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    With the severity, the sentence that the command line would say, and the counts.
    """
    watch = Watch(instance)

    watch.run(rejects)
    watch.tick()
    watch.run(trips)
    watch.tick()

    checked, guarded = webhook.messages
    assert checked["text"].startswith(
        "WARNING people: The check no_row_was_rejected failed (rejected 3). (run "
    )
    assert guarded["text"].startswith(
        "ERROR people: people: 9 of 10 rows would be removed. (run "
    )
    assert [alert["kind"] for alert in guarded["alerts"]] == ["run_failed"]


def test_no_alert_quotes_a_row(instance: DagsterInstance, webhook: Receiver) -> None:
    """
    A text in a check, or in an error that is not ours, could be about anybody.
    """
    watch = Watch(instance)

    watch.run(rejects, quotes_a_row)
    watch.tick()

    [message] = webhook.messages
    assert "The step failed with ValueError." in message["text"]
    assert "ann" not in str(message)


def test_the_same_failure_is_told_once_until_it_has_passed(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    A sync that runs four times an hour does not ring four times an hour.
    """
    watch = Watch(instance)

    watch.run(rejects, rejects)
    watch.tick()
    watch.run(rejects)
    watch.tick()
    told_first = len(webhook.messages)
    watch.run(accepts, rejects)
    watch.tick()

    assert (told_first, len(webhook.messages)) == (1, 2)
    assert [text.count("\n") for text in texts(webhook)] == [0, 0]


def test_what_goes_on_for_a_day_is_told_again(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    A channel forgets.
    """
    watch = Watch(instance)
    watch.run(rejects)
    watch.tick()
    assert watch.cursor is not None
    memory = Memory.model_validate_json(watch.cursor)
    memory.told = {key: at - REMINDER_SECONDS for key, at in memory.told.items()}
    watch.cursor = memory.model_dump_json()

    watch.run(rejects)
    watch.tick()

    assert len(webhook.messages) == 2


def test_a_webhook_that_stumbles_is_asked_again(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    Within the tick; and one that stays down is told at a later tick, nothing lost.
    """
    watch = Watch(instance)
    webhook.statuses = [503, 429]
    watch.run(rejects)
    watch.tick()
    told_after_stumbling = len(webhook.messages)
    webhook.statuses = [503] * 4
    watch.run(trips)

    skipped = watch.tick()
    watch.tick()

    assert told_after_stumbling == 1
    assert isinstance(skipped, SkipReason)
    assert [text.startswith("ERROR") for text in texts(webhook)] == [False, True]


def test_a_refusal_is_not_asked_again_in_the_same_tick(
    instance: DagsterInstance, webhook: Receiver
) -> None:
    """
    A revoked address answers 404 for good.
    """
    watch = Watch(instance)
    webhook.statuses = [404]
    watch.run(rejects)

    watch.tick()

    assert webhook.requests == 1


@pytest.mark.parametrize("statuses", [[200], [404], [503] * 4])
def test_the_address_is_in_no_log(
    instance: DagsterInstance,
    webhook: Receiver,
    statuses: list[int],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """
    Whoever has it can write to the channel.
    """
    caplog.set_level(logging.DEBUG)
    watch = Watch(instance)
    webhook.statuses = list(statuses)
    watch.run(rejects)

    watch.tick()

    assert webhook.requests == len(statuses)
    written = caplog.text + capfd.readouterr().err
    assert SECRET_PATH not in written
    assert f"127.0.0.1:{webhook.server_port}" not in written
    assert "alert.raised WARNING people: The check no_row_was_rejected" in written


@pytest.mark.parametrize("address", [None, ""], ids=["unset", "empty"])
def test_without_a_webhook_the_log_is_told(
    instance: DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    address: str | None,
) -> None:
    """
    One line for each alert, and no post that could fail: an empty line in a file of
    environment variables names no webhook.
    """
    monkeypatch.delenv("RELYV_ALERT_WEBHOOK_URL", raising=False)
    if address is not None:
        monkeypatch.setenv("RELYV_ALERT_WEBHOOK_URL", address)
    watch = Watch(instance)
    watch.run(trips)

    told = watch.tick()

    assert isinstance(told, SensorResult)
    assert "alert.raised ERROR people: people: 9 of 10 rows" in capfd.readouterr().err
