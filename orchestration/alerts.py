"""What failed in Dagster -> alerts: to the log, and to a webhook if one is named.

A sensor reads the runs that have ended, so an alert can neither fail nor delay a run.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    DagsterEventType,
    DagsterInstance,
    DefaultSensorStatus,
    EventLogEntry,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from pydantic import BaseModel

from orchestration.webhook import Alert, AlertSettings, NotTold, post

# The same failure is told again after a day, or once it had passed.
REMINDER_SECONDS = 24 * 3600.0
RUNS_A_TICK = 50
ENDS = (DagsterEventType.RUN_FAILURE, DagsterEventType.RUN_SUCCESS)
TOLD_OF = {
    DagsterEventType.ASSET_CHECK_EVALUATION,
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.STEP_SUCCESS,
}


class Memory(BaseModel):
    """Between two ticks: how far the runs were read, and when each failure was told."""

    read_to: dict[str, str] = {}
    told: dict[str, float] = {}

    def news(self, findings: Sequence["Finding"], now: float) -> list[Alert]:
        """What a person has not heard yet; what is well again is forgotten."""
        alerts = []
        for key, alert in findings:
            if alert is None:
                self.told.pop(key, None)
            elif now - self.told.get(key, 0.0) >= REMINDER_SECONDS:
                self.told[key] = now
                alerts.append(alert)
        return alerts


class Finding(NamedTuple):
    """What was judged in a run, and what is wrong with it: None if nothing is."""

    key: str
    alert: Alert | None


def alerts() -> SensorDefinition:
    """The sensor. It runs from the start: without a webhook it only logs."""

    @sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells failed runs and checks to the log, and to a webhook "
        "(RELYV_ALERT_WEBHOOK_URL).",
    )
    def watch(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        if context.cursor is None:
            begun = Memory(read_to=_newest_runs(context.instance))
            return SensorResult(cursor=begun.model_dump_json())
        memory = Memory.model_validate_json(context.cursor)
        findings = list(_findings(context.instance, memory))
        found = memory.news(findings, time.time())
        if not tell(context, found):
            # The cursor stays, so the next tick tries again.
            return SkipReason(f"The webhook has not taken {len(found)} alerts yet.")
        return SensorResult(cursor=memory.model_dump_json())

    return watch


def tell(context: SensorEvaluationContext, found: Sequence[Alert]) -> bool:
    """Log alerts, and post them if a webhook is named; False if it took none."""
    for alert in found:
        context.log.warning("alert.raised %s", alert.line)
    url = AlertSettings().webhook_url
    if not found or url is None:
        return True
    try:
        post(url, found)
    except NotTold as error:
        context.log.error("alert.not_told alerts=%d because=%s", len(found), error)
        return False
    context.log.info("alert.told alerts=%d", len(found))
    return True


def _newest_runs(instance: DagsterInstance) -> dict[str, str]:
    """Where reading begins: what failed before the sensor was there is old news."""
    return {
        end.value: instance.fetch_run_status_changes(end, limit=1).cursor
        for end in ENDS
    }


def _findings(instance: DagsterInstance, memory: Memory) -> Iterator[Finding]:
    """Of the runs that ended since the last tick, in the order of their ends."""
    ended = []
    for end in ENDS:
        found = instance.fetch_run_status_changes(
            end, RUNS_A_TICK, memory.read_to.get(end.value), ascending=True
        )
        memory.read_to[end.value] = found.cursor
        ended += [record.event_log_entry for record in found.records]
    for entry in sorted(ended, key=lambda entry: entry.timestamp):
        yield from _of_run(instance, entry)


def _of_run(instance: DagsterInstance, end: EventLogEntry) -> Iterator[Finding]:
    run_id, job = end.run_id, str(end.job_name)
    steps_failed = False
    for entry in instance.all_logs(run_id, of_type=TOLD_OF):
        event = entry.get_dagster_event()
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            yield _of_check(event.asset_check_evaluation_data, run_id)
        elif event.event_type == DagsterEventType.STEP_SUCCESS:
            yield Finding(f"step {event.step_key}", None)
        else:
            steps_failed = True
            yield _of_step(event, run_id)
    is_failure = end.dagster_event_type == DagsterEventType.RUN_FAILURE
    said = "The run failed before or between its steps."
    yield Finding(
        f"run {job}",
        Alert(kind="run_failed", severity="error", where=job, said=said, run_id=run_id)
        if is_failure and not steps_failed
        else None,
    )


def _of_check(check: AssetCheckEvaluation, run_id: str) -> Finding:
    where = check.asset_key.to_user_string()
    key = f"check {where} {check.check_name}"
    if check.passed:
        return Finding(key, None)
    is_error = check.severity == AssetCheckSeverity.ERROR
    alert = Alert(
        kind="check_failed",
        severity="error" if is_error else "warning",
        where=where,
        said=f"The check {check.check_name} failed{_counts(check)}.",
        run_id=run_id,
    )
    return Finding(key, alert)


def _counts(check: AssetCheckEvaluation) -> str:
    """The numbers that a check gave; text could be anybody's."""
    numbers = {
        name.split("/")[-1]: entry.value
        for name, entry in check.metadata.items()
        if isinstance(entry.value, int | float)
    }
    told = ", ".join(f"{name} {number}" for name, number in numbers.items())
    return f" ({told})" if told else ""


def _of_step(event: Any, run_id: str) -> Finding:
    alert = Alert(
        kind="run_failed",
        severity="error",
        where=str(event.step_key),
        said=_sentence(event.step_failure_data),
        run_id=run_id,
    )
    return Finding(f"step {event.step_key}", alert)


def _sentence(failure: Any) -> str:
    """Our own sentence; of any other error its kind alone, for it may quote a row."""
    ours = failure.user_failure_data
    if ours and "error" in (ours.metadata or {}):
        return str(ours.description)
    cause = failure.error
    while cause and cause.cause:
        cause = cause.cause
    return f"The step failed with {cause.cls_name if cause else 'an error'}."
