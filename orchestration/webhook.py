"""Alerts -> one message to a person's webhook, such as Slack's, Teams' or their own.

The address is a secret: it is in no log, no error and no text of an exception.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import httpx
import stamina
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from warehouse.environment import FromEnvironment

# Slack shows 40,000 characters of a message; nobody reads more lines than these.
MOST_LINES = 20
ATTEMPTS = 4
TIMEOUT_SECONDS = 5.0
# A sensor's tick has a minute.
BUDGET_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    What went wrong: names, counts and sentences of ours, never a value of a row.

    Attributes:
        kind: `run_failed`, `check_failed` or `stale`.
        severity: `error` or `warning`.
        where: The job, or the asset.
        said: A sentence.
        run_id: Dagster's run; empty where none had a part in it.
    """

    kind: str
    severity: str
    where: str
    said: str
    run_id: str = ""

    @property
    def line(self) -> str:
        """For a person, and for a log."""
        run = f" (run {self.run_id[:8]})" if self.run_id else ""
        return f"{self.severity.upper()} {self.where}: {self.said}{run}"


class AlertSettings(FromEnvironment):
    """Where alerts go, from the environment: `RELYV_ALERT_…`."""

    model_config = SettingsConfigDict(env_prefix="RELYV_ALERT_")

    webhook_url: SecretStr | None = None


class NotTold(Exception):
    """The webhook did not take the message; says why, and not where it is."""


class _TryAgain(NotTold):
    """Later it may."""


def post(url: SecretStr, alerts: Sequence[Alert]) -> None:
    """
    Post all of them as one message: `text` for chats, `alerts` for machines.

    Raises:
        NotTold: It was refused, or there was no answer after some attempts.
    """
    lines = [alert.line for alert in alerts[:MOST_LINES]]
    if left := len(alerts) - len(lines):
        lines.append(f"... and {left} more")
    message = {
        "text": "\n".join(lines),
        "alerts": [asdict(alert) for alert in alerts[:MOST_LINES]],
    }
    attempts = stamina.retry_context(
        on=_TryAgain, attempts=ATTEMPTS, timeout=BUDGET_SECONDS, wait_max=5.0
    )
    for attempt in attempts:
        with attempt:
            _post_once(url.get_secret_value(), message)


def _post_once(url: str, message: object) -> None:
    try:
        with _unlogged(), httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            answer = client.post(url, json=message)
    except httpx.TransportError as error:
        raise _TryAgain(type(error).__name__) from None
    except (httpx.InvalidURL, httpx.RequestError) as error:
        raise NotTold(type(error).__name__) from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _TryAgain(f"status {answer.status_code}")
    if not answer.is_success:
        raise NotTold(f"status {answer.status_code}")


@contextmanager
def _unlogged() -> Iterator[None]:
    """httpx and httpcore log every address that they ask."""
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore.connection")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
