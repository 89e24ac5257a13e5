"""What runs together, and when: a job and a schedule per sync, and a job for all."""

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    ScheduleDefinition,
    define_asset_job,
)

from orchestration.segment_syncs import sync_key
from sync import Sync

whole_flow = define_asset_job(
    "whole_flow",
    selection=AssetSelection.all(),
    description="Land, build and test every model, run every sync.",
)


def schedule(sync: Sync, cron: str) -> ScheduleDefinition:
    """Run a sync, and what it needs, on its exposure's clock, in UTC, once started."""
    needed = AssetSelection.assets(sync_key(sync)).upstream()
    return ScheduleDefinition(
        name=f"{sync.name}_schedule",
        job=define_asset_job(sync.name, selection=needed),
        cron_schedule=cron,
        execution_timezone="UTC",
        default_status=DefaultScheduleStatus.STOPPED,
        description=f"{sync.label}, and everything upstream of it.",
    )
