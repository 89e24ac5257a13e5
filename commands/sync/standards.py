"""What others check against: a tracking plan for Segment, a schema for an editor."""

from commands.options import HERE, ProjectDir, Target
from commands.screen import print_json
from commands.sync.choice import IN_TARGET, Name, TargetPath, chosen_syncs


def tracking_plan(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
) -> None:
    """
    Write a tracking plan from the model's contract: draft-07, as Protocols has it.

    Keep it in a file and name that under `tracking_plan` in the exposure: rows that
    violate it are then rejected (`block`) or sent and counted (`flag`). It is also the
    body of the Public API's PUT /tracking-plans/{id}/rules.
    """
    from sync.config.tracking_plan import tracking_plan_of
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
    print_json(tracking_plan_of(sync))


def schema() -> None:
    """Print the JSON Schema of an exposure's `segment_sync` block, for editors."""
    from sync.config.settings import SyncSettings

    print_json(SyncSettings.model_json_schema())
