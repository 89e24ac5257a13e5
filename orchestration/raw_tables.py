"""Files -> the raw tables, as one step that Dagster shows as one asset per table.

With no path configured it leaves the tables as they are, since Segment's own warehouse
destination may be filling them, and tells how new their rows are.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)
from pydantic import Field

from landing import LandingReport, TableCount, land
from orchestration.dbt_models import FlowTranslator
from orchestration.failure import one_sentence
from orchestration.freshness import NEWEST_ROW, judge, spec_of_raw
from orchestration.newest_rows import Patience, patience, read_newest
from orchestration.project import Project
from warehouse import open_warehouse


class LandingConfig(Config):
    """What a person may say in the launchpad."""

    paths: list[str] = Field(
        default=[],
        description="Files of JSON lines, or folders. Default: RELYV_LANDING_PATHS.",
    )


def raw_sources(manifest: Mapping[str, Any]) -> dict[AssetKey, Mapping[str, Any]]:
    """The source tables that are landed, by the key of their asset."""
    translator = FlowTranslator()
    return {
        translator.get_asset_key(source): source
        for source in manifest["sources"].values()
        # What a sync and dbt keep of their own work is not landed.
        if "written_by" not in source["config"].get("meta", {})
    }


def patience_of_raw(
    sources: Mapping[AssetKey, Mapping[str, Any]],
) -> dict[AssetKey, Patience]:
    """How old the newest row of a table may be, for those of which dbt says so."""
    found = {key: patience(source) for key, source in sources.items()}
    return {key: each for key, each in found.items() if each}


def raw_tables(
    project: Project, sources: Mapping[AssetKey, Mapping[str, Any]]
) -> AssetsDefinition:
    """One asset per source table of dbt's manifest, all landed by one step."""
    limits = patience_of_raw(sources)

    @multi_asset(
        name="landing",
        specs=[_spec(key, source) for key, source in sources.items()],
        check_specs=[spec_of_raw(key, limit) for key, limit in limits.items()],
        can_subset=True,
    )
    def landing(
        context: AssetExecutionContext, config: LandingConfig
    ) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
        paths = [Path(path) for path in config.paths] or project.landing_paths
        report, newest = _land(project, paths, sources)
        context.log.info(
            "landing.ended files=%d landed=%d rejected=%d",
            report.files,
            report.landed,
            report.rejected,
        )
        for key in sorted(context.selected_asset_keys):
            yield _result(key, sources[key], report, newest.get(key))
        for check in sorted(context.selected_asset_check_keys):
            key = check.asset_key
            yield judge(key, newest.get(key), limits[key])

    return landing


def _spec(key: AssetKey, source: Mapping[str, Any]) -> AssetSpec:
    return AssetSpec(key, description=source["description"], group_name="landing")


def _land(
    project: Project,
    paths: Sequence[Path],
    sources: Mapping[AssetKey, Mapping[str, Any]],
) -> tuple[LandingReport, Mapping[AssetKey, datetime]]:
    schemas = {each["source_name"]: each["schema"] for each in sources.values()}
    with one_sentence(), open_warehouse(project.folder, project.target) as warehouse:
        report = LandingReport()
        if paths:
            report = land(
                warehouse,
                [project.folder / path for path in paths],
                segment_schema=schemas["segment"],
                relyv_schema=schemas["relyv"],
            )
        return report, read_newest(warehouse, sources)


def _result(
    key: AssetKey,
    source: Mapping[str, Any],
    report: LandingReport,
    newest: datetime | None,
) -> MaterializeResult[Any]:
    if source["name"] == "landing_rejections":
        return MaterializeResult(asset_key=key, metadata={"rejected": report.rejected})
    name = f"{source['schema']}.{source['identifier']}"
    count = report.tables.get(name, TableCount())
    facts: dict[str, Any] = {"landed": count.landed, "duplicates": count.duplicates}
    if newest:
        facts[NEWEST_ROW] = MetadataValue.timestamp(newest)
    return MaterializeResult(asset_key=key, metadata=facts)
