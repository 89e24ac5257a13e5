"""One exposure -> one asset below its model, which does what `relyv sync run` does."""

from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from orchestration.failure import one_sentence
from orchestration.project import Project
from sync import RunReport, Sync, read_syncs, run_sync, select_syncs
from warehouse import open_warehouse

CHECK = "no_row_was_rejected"


def sync_key(sync: Sync) -> AssetKey:
    """The key of a sync's asset."""
    return AssetKey(["segment", sync.name])


def sync_asset(project: Project, sync: Sync, *, model: AssetKey) -> AssetsDefinition:
    """
    The asset of one sync.

    Args:
        project: Where the warehouse and the manifest are.
        sync: As the manifest has it now; a run reads it again.
        model: The asset of the model that it reads.
    """

    @asset(
        key=sync_key(sync),
        deps=[model],
        group_name="segment",
        description=sync.description,
        kinds={"segment"},
        metadata={"call": sync.settings.call, "defined_in": sync.file},
        check_specs=[AssetCheckSpec(CHECK, asset=sync_key(sync))],
    )
    def send() -> MaterializeResult:  # type: ignore[type-arg] # Dagster knows it bare
        with one_sentence():
            return _run(project, sync.name)

    return send


def _run(project: Project, name: str) -> MaterializeResult[Any]:
    with open_warehouse(project.folder, project.target) as warehouse:
        syncs = read_syncs(
            project.manifest_path, kind=warehouse.kind, schema=warehouse.schema
        )
        [sync] = select_syncs(syncs, [name])
        if not sync.sends_in(warehouse.target):
            return _not_opted_in(warehouse.target)
        return _sent(run_sync(warehouse, sync))


def _not_opted_in(target: str) -> MaterializeResult[Any]:
    return MaterializeResult(
        metadata={"outcome": "not opted in", "target": target},
        check_results=[AssetCheckResult(check_name=CHECK, passed=True)],
    )


def _sent(report: RunReport) -> MaterializeResult[Any]:
    return MaterializeResult(
        metadata={
            "outcome": "sent",
            "added": report.counts.added,
            "changed": report.counts.changed,
            "removed": report.counts.removed,
            "rejected": report.rejected,
            "requests": report.requests,
            "seconds": sum(report.seconds.values()),
        },
        check_results=[
            AssetCheckResult(
                check_name=CHECK,
                passed=not report.rejected,
                severity=AssetCheckSeverity.WARN,
                metadata={"rejected": report.rejected},
            )
        ],
    )
