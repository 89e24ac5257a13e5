"""One exposure -> one asset below its model, which does what `relyv sync run` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    RetryRequested,
    asset,
)

from orchestration.dbt_models import invocation_of_run
from orchestration.failure import one_sentence
from orchestration.freshness import judge, policy_of, spec_of_sync
from orchestration.newest_rows import Patience
from orchestration.project import Project
from orchestration.sync_config import SyncConfig
from orchestration.sync_report import (
    check_specs,
    checks_of_failure,
    checks_of_run,
    checks_of_standing,
    facts_of_history,
    facts_of_month,
    facts_of_plan,
    facts_of_run,
)
from sync import RunOptions, Sync, read_syncs, run_sync, select_syncs
from sync.errors import DeliveryUnsure, SyncError
from sync.look.history import last_complete, read_history, read_month
from sync.look.preview import preview_sync
from sync.look.status import read_status
from sync.plan.opt_out import close_opted_out
from warehouse import Warehouse, open_warehouse

# A run that ends unsure is tried again so often, each time after twice as long.
RETRIES = 3
RETRY_SECONDS = 60.0


Result = MaterializeResult[Any] | AssetCheckResult


def sync_key(sync: Sync) -> AssetKey:
    """The key of a sync's asset."""
    return AssetKey(["segment", sync.name])


def sync_asset(
    project: Project, sync: Sync, *, model: AssetKey, patience: Patience | None = None
) -> AssetsDefinition:
    """
    The asset of one sync.

    Args:
        project: Where the warehouse and the manifest are.
        sync: As the manifest has it now; a run reads it again.
        model: The asset of the model that it reads.
        patience: For how long it may be silent, if it sends on a schedule.
    """
    checks = check_specs(sync_key(sync))
    if patience:
        checks.append(spec_of_sync(sync_key(sync)))

    @asset(
        key=sync_key(sync),
        deps=[model],
        group_name="segment",
        description=sync.description,
        kinds={"segment"},
        metadata={"call": sync.settings.call, "defined_in": sync.file},
        check_specs=checks,
        freshness_policy=policy_of(patience) if patience else None,
        # Two runs of one sync never overlap: the second waits for the first.
        pool=f"segment_{sync.name}",
    )
    def send(context: AssetExecutionContext, config: SyncConfig) -> Iterator[Result]:
        with one_sentence(), _again_when_unsure(context.retry_number):
            options = config.options(built_by=invocation_of_run(context, model))
            yield from _run(project, sync.name, config, options, patience)

    return send


@contextmanager
def _again_when_unsure(tries: int) -> Iterator[None]:
    """A run without a clear answer is tried again later, and goes on with its plan."""
    try:
        yield
    except DeliveryUnsure:
        if tries == RETRIES:
            raise
        raise RetryRequested(
            max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS * 2**tries
        ) from None


def _run(
    project: Project,
    name: str,
    config: SyncConfig,
    options: RunOptions,
    patience: Patience | None,
) -> Iterator[Result]:
    with open_warehouse(project.folder, project.target) as warehouse:
        syncs = read_syncs(
            project.manifest_path, kind=warehouse.kind, schema=warehouse.schema
        )
        [sync] = select_syncs(syncs, [name])
        if config.plan_only:
            yield _planned(warehouse, sync)
        elif not sync.sends_in(warehouse.target):
            yield _not_opted_in(warehouse, sync)
        else:
            yield from _sent(warehouse, sync, options)
        if patience:
            yield _fresh(warehouse, sync, patience)


def _planned(warehouse: Warehouse, sync: Sync) -> MaterializeResult[Any]:
    return _unsent(warehouse, sync, facts_of_plan(preview_sync(warehouse, sync)))


def _not_opted_in(warehouse: Warehouse, sync: Sync) -> MaterializeResult[Any]:
    """It says what the rule would send; what would stop it stops nobody else."""
    try:
        close_opted_out(warehouse, sync)
        facts = facts_of_plan(preview_sync(warehouse, sync))
    except SyncError as error:
        facts = {"a_run_would_stop": str(error)}
    told = {"outcome": "not opted in", "target": warehouse.target}
    return _unsent(warehouse, sync, facts | told)


def _unsent(
    warehouse: Warehouse, sync: Sync, facts: dict[str, Any]
) -> MaterializeResult[Any]:
    checks = checks_of_standing(read_status(warehouse, sync))
    return MaterializeResult(
        metadata=facts | _standing(warehouse, sync), check_results=checks
    )


def _sent(warehouse: Warehouse, sync: Sync, options: RunOptions) -> Iterator[Result]:
    try:
        report = run_sync(warehouse, sync, options)
    except SyncError as error:
        yield from checks_of_failure(error)
        raise
    facts = facts_of_run(report, read_status(warehouse, sync))
    yield MaterializeResult(
        metadata=facts | _standing(warehouse, sync),
        check_results=checks_of_run(report),
    )


def _standing(warehouse: Warehouse, sync: Sync) -> dict[str, Any]:
    """What is worth seeing whatever a run did: the month's calls, the last runs."""
    month = facts_of_month(read_month(warehouse))
    return month | facts_of_history(read_history(warehouse, sync))


def _fresh(warehouse: Warehouse, sync: Sync, patience: Patience) -> AssetCheckResult:
    """By the last run that came to its end: one that only looks renews nothing."""
    sent_at = last_complete(warehouse, sync)
    return judge(
        sync_key(sync), sent_at.replace(tzinfo=UTC) if sent_at else None, patience
    )
