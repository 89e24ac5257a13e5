"""The sensor `freshness`: what no run has renewed in time, while nothing runs.

It reads what Dagster keeps of earlier runs, and asks no warehouse.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    DagsterInstance,
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from pydantic import BaseModel

from orchestration.alerts import tell
from orchestration.freshness import FRESH, SENT, judge, newest_told
from orchestration.newest_rows import Patience
from orchestration.webhook import Alert

# Runs that sent nothing lie between those that did; further back is stale anyway.
LOOK_BACK = 50


class Memory(BaseModel):
    """The last word on each asset: `fresh`, `late` or `stale`."""

    said: dict[str, str] = {}


def freshness_sensor(
    raw: Mapping[AssetKey, Patience], syncs: Mapping[AssetKey, Patience]
) -> SensorDefinition:
    """The sensor. It says a word when an asset's state changes, and no more."""

    @sensor(
        name="freshness",
        minimum_interval_seconds=300,
        default_status=DefaultSensorStatus.STOPPED,
        description="Fails the check `data_is_fresh` of what no run has renewed in "
        "time, and tells it. Asks no warehouse.",
    )
    def watch(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        before = Memory.model_validate_json(context.cursor or "{}")
        judged = list(_judged(context.instance, raw, syncs))
        now = {_name(each): _word(each) for each in judged}
        changed = [e for e in judged if now[_name(e)] != before.said.get(_name(e))]
        worse = [each for each in changed if not each.passed]
        if not tell(context, [_alert(each) for each in worse]):
            return SkipReason("The webhook has not taken the alerts yet.")
        return SensorResult(
            asset_events=[_evaluation(each) for each in changed],
            cursor=Memory(said=now).model_dump_json(),
        )

    return watch


def _judged(
    instance: DagsterInstance,
    raw: Mapping[AssetKey, Patience],
    syncs: Mapping[AssetKey, Patience],
) -> Iterator[AssetCheckResult]:
    """Of what was ever materialised: a new installation is not stale, but empty."""
    for key, patience in raw.items():
        told = newest_told(instance, [key])
        if told:
            yield judge(key, told[key], patience)
    for key, patience in syncs.items():
        sent_at = _last_sent(instance, key)
        if sent_at:
            yield judge(key, sent_at, patience)


def _last_sent(instance: DagsterInstance, key: AssetKey) -> datetime | None:
    """A plan that was only looked at is materialised too, and sent nothing."""
    for record in instance.fetch_materializations(key, limit=LOOK_BACK).records:
        said = record.asset_materialization
        # Somebody may have reported one by hand, which tells no outcome.
        outcome = said.metadata.get("outcome") if said else None
        if outcome and outcome.value == SENT:
            return datetime.fromtimestamp(record.timestamp, tz=UTC)
    return None


def _evaluation(judged: AssetCheckResult) -> AssetCheckEvaluation:
    assert judged.asset_key
    return AssetCheckEvaluation(
        asset_key=judged.asset_key,
        check_name=FRESH,
        passed=judged.passed,
        severity=judged.severity,
        metadata=judged.metadata,
    )


def _alert(judged: AssetCheckResult) -> Alert:
    age = judged.metadata["age_hours"].value
    return Alert(
        kind="stale",
        severity="error" if _word(judged) == "stale" else "warning",
        where=_name(judged),
        said=f"Nothing new for {age} hours.",
    )


def _name(judged: AssetCheckResult) -> str:
    assert judged.asset_key
    return judged.asset_key.to_user_string()


def _word(judged: AssetCheckResult) -> str:
    if judged.passed:
        return "fresh"
    return "stale" if judged.severity == AssetCheckSeverity.ERROR else "late"
