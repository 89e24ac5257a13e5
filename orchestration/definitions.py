"""The whole flow for Dagster: raw tables, dbt's models, a sync per exposure.

Loading it reads dbt's manifest and nothing else: no warehouse, no network.
"""

from dagster import Definitions, definitions, in_process_executor
from dagster_dbt import get_asset_key_for_model

from orchestration.alerts import alerts
from orchestration.dbt_models import Dbt, dbt_executable, dbt_models
from orchestration.freshness import patience_of_schedule
from orchestration.freshness_sensor import freshness_sensor
from orchestration.new_raw_data import new_raw_data
from orchestration.project import Project
from orchestration.raw_tables import patience_of_raw, raw_sources, raw_tables
from orchestration.schedules import schedule, whole_flow
from orchestration.segment_syncs import sync_asset, sync_key
from sync import read_syncs
from warehouse import read_profile

# One step at a time, in one process: a DuckDB file has one writer. A step waits for
# what it reads, not for all of dbt: a failed model or test stops the syncs below it,
# and no other.
one_by_one = in_process_executor.configured(
    {"step_dependency_config": {"require_upstream_step_success": False}},
    name="one_by_one",
)


def flow(project: Project) -> Definitions:
    """Everything that Dagster shows of a project."""
    manifest = project.read_manifest()
    profile = read_profile(project.folder, project.target)
    syncs = read_syncs(
        project.manifest_path, kind=profile.kind, schema=profile.schema
    ).values()
    models, sources = dbt_models(manifest), raw_sources(manifest)
    limits = {
        sync_key(sync): patience_of_schedule(sync.settings.schedule)
        for sync in syncs
        if sync.settings.schedule and sync.sends_in(profile.target)
    }
    return Definitions(
        assets=[
            raw_tables(project, sources),
            models,
            *(
                sync_asset(
                    project,
                    sync,
                    model=get_asset_key_for_model([models], sync.model.name),
                    patience=limits.get(sync_key(sync)),
                )
                for sync in syncs
            ),
        ],
        jobs=[whole_flow],
        schedules=[
            schedule(sync, sync.settings.schedule)
            for sync in syncs
            if sync.settings.schedule
        ],
        sensors=[
            alerts(),
            freshness_sensor(patience_of_raw(sources), limits),
            new_raw_data(project, sources, whole_flow),
        ],
        resources={
            "dbt": Dbt(
                project_dir=project.folder,
                target=profile.target,
                dbt_executable=dbt_executable(),
            )
        },
        executor=one_by_one,
    )


@definitions
def defs() -> Definitions:
    """What `dagster dev -m orchestration.definitions` loads."""
    return flow(Project.from_environment())
