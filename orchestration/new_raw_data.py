"""The sensor `new_raw_data`: starts the flow when something has landed.

Files cost nothing to look at. The warehouse is asked only when it may have something to
say: a DuckDB file that was written since, a server every so many minutes.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster import (
    AssetKey,
    DagsterRunStatus,
    DefaultSensorStatus,
    JobDefinition,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)
from pydantic import BaseModel, Field
from pydantic_settings import SettingsConfigDict
from sqlalchemy.exc import DBAPIError

from landing.errors import PathMissing
from landing.files import find_files
from orchestration.freshness import newest_told
from orchestration.newest_rows import read_newest
from orchestration.project import Project
from warehouse import RelyvError, open_warehouse, read_profile
from warehouse.environment import FromEnvironment

Sources = Mapping[AssetKey, Mapping[str, Any]]
# A file that was written a moment ago may be half a file.
AT_REST_SECONDS = 30.0
UNDER_WAY = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


class WatchSettings(FromEnvironment):
    """How often a server is asked, from the environment: `RELYV_WATCH_…`."""

    model_config = SettingsConfigDict(env_prefix="RELYV_WATCH_")

    rows_minutes: float = Field(
        15, ge=0, description="A server is asked for new rows so often; 0: never."
    )


class Known(BaseModel):
    """
    What started the flow last, or needed not to.

    Attributes:
        files: A fingerprint of the files' names, sizes and times.
        newest: The newest raw row, in seconds.
        looked: What told when to ask the warehouse: a DuckDB file's stamp, or a time.
    """

    files: str = ""
    newest: float = 0.0
    looked: str = ""


def new_raw_data(
    project: Project,
    sources: Sources,
    job: JobDefinition | UnresolvedAssetJobDefinition,
) -> SensorDefinition:
    """The sensor; somebody starts it, like a schedule."""

    @sensor(
        name="new_raw_data",
        job=job,
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.STOPPED,
        description="Runs the whole flow when files at RELYV_LANDING_PATHS are new, or "
        "rows came into the raw tables.",
    )
    def watch(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        if context.instance.get_runs_count(RunsFilter(statuses=UNDER_WAY)):
            return SkipReason("A run is under way: it may land what is new.")
        known = Known.model_validate_json(context.cursor or "{}")
        try:
            files = _fingerprint(project)
        except PathMissing as error:
            return SkipReason(str(error))
        if files is None:
            return SkipReason("A file was written a moment ago: it may grow.")
        now = known.model_copy(update={"files": files})
        is_new = bool(files) and files != known.files
        if not is_new and _may_have_rows(project, now):
            is_new = _has_rows(context, project, sources, now)
        cursor = now.model_dump_json()
        if not is_new:
            return SensorResult(skip_reason=SkipReason("Nothing new."), cursor=cursor)
        request = RunRequest(run_key=f"files {now.files} rows {now.newest}")
        return SensorResult(run_requests=[request], cursor=cursor)

    return watch


def _fingerprint(project: Project) -> str | None:
    """Of the files as they are; empty without any, None while one may be written."""
    digest = hashlib.sha256()
    files = find_files([project.folder / path for path in project.landing_paths])
    for file in files:
        state = file.stat()
        if time.time() - state.st_mtime < AT_REST_SECONDS:
            return None
        digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16] if files else ""


def _may_have_rows(project: Project, known: Known) -> bool:
    """Whether it is worth asking; remembers that it was."""
    profile = read_profile(project.folder, project.target)
    if profile.kind == "duckdb":
        stamp = _stamp(project.folder / str(profile.settings["path"]))
        is_worth = stamp not in ("", known.looked)
        known.looked = stamp
        return is_worth
    minutes = WatchSettings().rows_minutes  # type: ignore[call-arg]
    waited = time.time() - float(known.looked or 0)
    if not minutes or waited < minutes * 60:
        return False
    known.looked = str(time.time())
    return True


def _stamp(file: Path) -> str:
    """Changes with each write of a DuckDB file; empty where there is none."""
    parts = (file, file.with_name(file.name + ".wal"))
    states = [part.stat() for part in parts if part.exists()]
    return " ".join(f"{state.st_size}-{state.st_mtime_ns}" for state in states)


def _has_rows(
    context: SensorEvaluationContext, project: Project, sources: Sources, known: Known
) -> bool:
    """Rows newer than those known, and than those that a run of the flow landed."""
    try:
        with open_warehouse(
            project.folder, project.target, busy_wait_seconds=0.1
        ) as warehouse:
            newest = read_newest(warehouse, sources)
    except (RelyvError, DBAPIError) as error:
        # Somebody else is at it, or it is away: the next tick asks again.
        context.log.info("new_raw_data.not_asked because=%s", type(error).__name__)
        known.looked = ""
        return False
    told = newest_told(context.instance, sources)
    ours = max(told.values(), default=datetime.fromtimestamp(0, tz=UTC))
    latest = max(newest.values(), default=ours).timestamp()
    is_new = latest > max(known.newest, ours.timestamp())
    known.newest = max(latest, known.newest)
    return is_new
