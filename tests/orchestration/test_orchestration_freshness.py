"""Stale data is a failed check, with a severity, whether or not anything runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dagster import (
    AssetCheckSeverity,
    AssetKey,
    AssetMaterialization,
    DagsterInstance,
    MetadataValue,
    SensorResult,
    build_sensor_context,
)

from orchestration.freshness import NEWEST_ROW, judge, patience_of_schedule
from orchestration.freshness_sensor import freshness_sensor
from orchestration.newest_rows import Patience, patience

RAW = AssetKey(["landing", "relyv", "sessions"])
SYNC = AssetKey(["segment", "people"])
A_DAY = Patience(late=timedelta(hours=24), stale=timedelta(hours=48))


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """A Dagster in memory."""
    with DagsterInstance.ephemeral() as in_memory:
        yield in_memory


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


def landed(instance: DagsterInstance, newest: datetime) -> None:
    """What the landing step tells of a raw table."""
    facts = {"landed": 1, NEWEST_ROW: MetadataValue.timestamp(newest)}
    instance.report_runless_asset_event(
        AssetMaterialization(RAW, metadata=facts)  # type: ignore[arg-type]
    )


def tick(
    instance: DagsterInstance, cursor: str | None = None, **limits: Patience
) -> tuple[dict[str, Any], str | None]:
    """What the sensor said of each asset, and where it stands."""
    sensor = freshness_sensor(
        {RAW: limits.get("raw", A_DAY)}, {SYNC: limits.get("sync", A_DAY)}
    )
    result = sensor(build_sensor_context(instance=instance, cursor=cursor))
    assert isinstance(result, SensorResult)
    said = {
        each.asset_key.to_user_string(): each.passed or each.severity  # type: ignore[union-attr]
        for each in result.asset_events
    }
    return said, result.cursor


@pytest.mark.parametrize(
    ("cron", "late", "stale"),
    [
        ("*/15 * * * *", timedelta(minutes=30), timedelta(hours=1)),
        ("0 6 * * *", timedelta(days=2), timedelta(days=4)),
        pytest.param(
            "0 6 * * 1-5", timedelta(days=6), timedelta(days=12), id="weekdays"
        ),
    ],
)
def test_a_schedule_says_how_long_a_sync_may_be_silent(
    cron: str, late: timedelta, stale: timedelta
) -> None:
    """
    By its widest gap, so that a weekend does not ring.
    """
    assert patience_of_schedule(cron) == Patience(late=late, stale=stale)


def test_dbt_s_own_words_say_how_old_raw_data_may_be() -> None:
    """
    A source without both thresholds is not watched.
    """
    both = {
        "warn_after": {"count": 36, "period": "hour"},
        "error_after": {"count": 3, "period": "day"},
    }
    one = {**both, "error_after": {"count": None, "period": None}}

    assert patience({"freshness": both}) == Patience(
        late=timedelta(hours=36), stale=timedelta(days=3)
    )
    assert patience({"freshness": one}) is None
    assert patience({"freshness": None}) is None


def test_late_is_a_warning_and_stale_an_error() -> None:
    """
    What never came is late: nobody can tell since when.
    """
    newest = [hours_ago(1), hours_ago(25), hours_ago(49), None]

    judged = [judge(RAW, each, A_DAY) for each in newest]

    assert [each.passed for each in judged] == [True, False, False, False]
    assert [each.severity for each in judged[1:]] == [
        AssetCheckSeverity.WARN,
        AssetCheckSeverity.ERROR,
        AssetCheckSeverity.WARN,
    ]


def test_a_new_installation_is_not_stale(instance: DagsterInstance) -> None:
    """
    Nothing was ever landed or sent: there is nothing to be late with.
    """
    assert tick(instance) == ({}, '{"said":{}}')


def test_the_sensor_speaks_when_a_state_changes(
    instance: DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Once for each change, with an alert for the worse; no run and no warehouse.
    """
    raw = RAW.to_user_string()
    landed(instance, hours_ago(25))

    late, cursor = tick(instance)
    silent, cursor = tick(instance, cursor)
    stale, cursor = tick(
        instance,
        cursor,
        raw=Patience(late=timedelta(hours=1), stale=timedelta(hours=2)),
    )
    landed(instance, hours_ago(1))
    fresh, cursor = tick(instance, cursor)

    assert late == {raw: AssetCheckSeverity.WARN}
    assert silent == {}
    assert stale == {raw: AssetCheckSeverity.ERROR}
    assert fresh == {raw: True}
    told = [line for line in capfd.readouterr().err.splitlines() if "alert." in line]
    assert [line.split("alert.raised ")[1] for line in told] == [
        f"WARNING {raw}: Nothing new for 25.0 hours.",
        f"ERROR {raw}: Nothing new for 25.0 hours.",
    ]


def test_a_plan_that_was_only_looked_at_renews_nothing(
    instance: DagsterInstance,
) -> None:
    """
    A sync is as fresh as what it last sent; what a person reports sends nothing.
    """
    at_once = Patience(late=timedelta(0), stale=timedelta(hours=1))

    looked_at = AssetMaterialization(SYNC, metadata={"outcome": "planned"})
    instance.report_runless_asset_event(looked_at)
    instance.report_runless_asset_event(AssetMaterialization(SYNC))
    nothing, _ = tick(instance)
    instance.report_runless_asset_event(
        AssetMaterialization(SYNC, metadata={"outcome": "sent"})
    )
    instance.report_runless_asset_event(looked_at)
    fresh, _ = tick(instance)
    late, _ = tick(instance, sync=at_once)

    assert nothing == {}
    assert fresh == {SYNC.to_user_string(): True}
    assert late == {SYNC.to_user_string(): AssetCheckSeverity.WARN}
