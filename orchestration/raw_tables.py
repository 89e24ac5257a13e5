"""Files -> the raw tables, as one step that Dagster shows as one asset per table.

With no path configured it leaves the tables as they are: Segment's own warehouse
destination may be filling them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MaterializeResult,
    multi_asset,
)
from pydantic import Field

from landing import LandingReport, TableCount, land
from orchestration.dbt_models import FlowTranslator
from orchestration.failure import one_sentence
from orchestration.project import Project
from warehouse import open_warehouse


class LandingConfig(Config):
    """What a person may say in the launchpad."""

    paths: list[str] = Field(
        default=[],
        description="Files of JSON lines, or folders. Default: RELYV_LANDING_PATHS.",
    )


def raw_tables(project: Project, manifest: Mapping[str, Any]) -> AssetsDefinition:
    """One asset per source table of dbt's manifest, all landed by one step."""
    translator = FlowTranslator()
    sources = {
        translator.get_asset_key(source): source
        for source in manifest["sources"].values()
        # What a sync and dbt keep of their own work is not landed.
        if "written_by" not in source["config"].get("meta", {})
    }

    @multi_asset(
        name="landing",
        specs=[_spec(key, source) for key, source in sources.items()],
        can_subset=True,
    )
    def landing(
        context: AssetExecutionContext, config: LandingConfig
    ) -> Iterator[MaterializeResult[Any]]:
        paths = [Path(path) for path in config.paths] or project.landing_paths
        report = _land(project, paths, _schemas(sources.values()))
        context.log.info(
            "landing.ended files=%d landed=%d rejected=%d",
            report.files,
            report.landed,
            report.rejected,
        )
        for key in sorted(context.selected_asset_keys):
            yield _result(key, sources[key], report)

    return landing


def _spec(key: AssetKey, source: Mapping[str, Any]) -> AssetSpec:
    return AssetSpec(key, description=source["description"], group_name="landing")


def _schemas(sources: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    return {source["source_name"]: source["schema"] for source in sources}


def _land(
    project: Project, paths: Sequence[Path], schemas: Mapping[str, str]
) -> LandingReport:
    if not paths:
        return LandingReport()
    with one_sentence(), open_warehouse(project.folder, project.target) as warehouse:
        return land(
            warehouse,
            [project.folder / path for path in paths],
            segment_schema=schemas["segment"],
            relyv_schema=schemas["relyv"],
        )


def _result(
    key: AssetKey, source: Mapping[str, Any], report: LandingReport
) -> MaterializeResult[Any]:
    if source["name"] == "landing_rejections":
        return MaterializeResult(asset_key=key, metadata={"rejected": report.rejected})
    name = f"{source['schema']}.{source['identifier']}"
    count = report.tables.get(name, TableCount())
    return MaterializeResult(
        asset_key=key,
        metadata={"landed": count.landed, "duplicates": count.duplicates},
    )
