"""Stale data as a check: raw tables by their newest row, syncs by their schedule.

A run judges the raw tables as it lands; between runs the sensor does
(`freshness_sensor.py`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    DagsterInstance,
    FreshnessPolicy,
    TimestampMetadataValue,
)
from dagster._utils.schedules import cron_string_iterator

from orchestration.newest_rows import Patience

FRESH = "data_is_fresh"
# What the landing step and a sync report, and what is read here.
NEWEST_ROW = "newest_row_at"
SENT = "sent"
# A run may be late by a tick of its schedule; four are an outage.
LATE_TICKS, STALE_TICKS = 2, 4


def patience_of_schedule(cron: str) -> Patience:
    """How long a sync may be silent: in ticks, of which the widest gap counts."""
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    # Twenty ticks of a schedule on weekdays hold a weekend.
    ticks = islice(cron_string_iterator(monday.timestamp(), cron, "UTC"), 20)
    widest = max(after - before for before, after in pairwise(ticks))
    return Patience(late=LATE_TICKS * widest, stale=STALE_TICKS * widest)


def policy_of(patience: Patience) -> FreshnessPolicy:
    """The same, for the badge that Dagster itself shows on the asset."""
    return FreshnessPolicy.time_window(
        fail_window=patience.stale, warn_window=patience.late
    )


def spec_of_raw(key: AssetKey, patience: Patience) -> AssetCheckSpec:
    """The check of a raw table."""
    return AssetCheckSpec(
        FRESH,
        asset=key,
        description=f"The newest row is younger than {_spoken(patience.late)}; from "
        f"{_spoken(patience.stale)} on it is an error. `dbt source freshness` asks the "
        "same.",
    )


def spec_of_sync(key: AssetKey) -> AssetCheckSpec:
    """The check of a sync; its schedule says how long it may be silent."""
    return AssetCheckSpec(
        FRESH,
        asset=key,
        description=f"It was sent within {LATE_TICKS} ticks of its schedule; after "
        f"{STALE_TICKS} it is an error.",
    )


def judge(
    key: AssetKey, newest: datetime | None, patience: Patience
) -> AssetCheckResult:
    """Whether what is newest is young enough; what never came is late."""
    age = datetime.now(UTC) - newest if newest else patience.late
    metadata: dict[str, Any] = {"late_after_hours": _hours(patience.late)}
    if newest:
        metadata["age_hours"] = _hours(age)
    return AssetCheckResult(
        asset_key=key,
        check_name=FRESH,
        passed=age < patience.late,
        severity=AssetCheckSeverity.ERROR
        if age >= patience.stale
        else AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def newest_told(
    instance: DagsterInstance, keys: Iterable[AssetKey]
) -> dict[AssetKey, datetime]:
    """The newest row of raw tables, as the landing step last told it."""
    found = {}
    for key in keys:
        event = instance.get_latest_materialization_event(key)
        said = event and event.asset_materialization
        moment = said.metadata.get(NEWEST_ROW) if said else None
        if isinstance(moment, TimestampMetadataValue):
            found[key] = datetime.fromtimestamp(moment.value, tz=UTC)
    return found


def _hours(period: timedelta) -> float:
    return round(period.total_seconds() / 3600, 1)


def _spoken(period: timedelta) -> str:
    return f"{period.total_seconds() / 3600:g} hours"
