"""What a person types into Dagster's launchpad -> the options of one run of a sync."""

from datetime import datetime

from dagster import Config
from pydantic import Field

from sync import Again, RunOptions


class SyncConfig(Config):
    """What a person may ask of one run, in Dagster's launchpad. Kept with the run."""

    plan_only: bool = Field(
        default=False, description="Show what a run would send, and send nothing."
    )
    accept_guard: bool = Field(
        default=False, description="Send a plan that a guard held."
    )
    accept_build: bool = Field(
        default=False,
        description="Send although the model was not built or tested as it is written.",
    )
    accept_duplicates: bool = Field(
        default=False,
        description="Finish a plan of events that Segment may take twice.",
    )
    backfill_since: str | None = Field(
        default=None,
        description="Send an event sync's rows again, from this date on (2026-01-31).",
    )
    backfill_until: str | None = Field(
        default=None, description="And before this date."
    )

    def options(self, *, built_by: str | None) -> RunOptions:
        """The same, for a run; with the run of dbt that has just built the model."""
        since, until = map(_moment, (self.backfill_since, self.backfill_until))
        is_backfill = since is not None or until is not None
        return RunOptions(
            accept_guard=self.accept_guard,
            accept_build=self.accept_build,
            built_by=built_by,
            accept_duplicates=self.accept_duplicates,
            again=Again(since=since, until=until) if is_backfill else None,
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
