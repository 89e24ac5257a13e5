"""All that Dagster shows of the project, as lines that a person can read and diff.

For whoever meant what they changed, `.venv/bin/python -m tests.orchestration.golden`
writes them anew.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dagster import Definitions

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("golden.txt")
RENEW = ".venv/bin/python -m tests.orchestration.golden"


def lines_of(definitions: Definitions) -> Iterator[str]:
    """Assets by group with their checks; then jobs, schedules and sensors."""
    graph = definitions.resolve_asset_graph()
    keys = sorted(graph.get_all_asset_keys(), key=lambda key: key.path)
    for group in sorted({graph.get(key).group_name or "" for key in keys}):
        yield f"group {group}"
        for key in keys:
            if graph.get(key).group_name != group:
                continue
            yield f"  asset {key.to_user_string()}"
            names = sorted(check.name for check in graph.get(key).check_keys)
            yield from (f"    check {name}" for name in names)
    repository = definitions.get_repository_def()
    for job in sorted(name for name in repository.job_names if name[0] != "_"):
        yield f"job {job}"
    for schedule in sorted(repository.schedule_defs, key=lambda each: each.name):
        status = schedule.default_status.name.lower()
        cron = schedule.cron_schedule
        yield f"schedule {schedule.name} {cron} {schedule.job_name}, {status}"
    for sensor in sorted(repository.sensor_defs, key=lambda each: each.name):
        yield f"sensor {sensor.name}, {sensor.default_status.name.lower()}"


def main() -> None:
    """Parse the project in a folder of its own, and write the lines."""
    from orchestration.definitions import flow
    from orchestration.project import Project, prepare_manifest

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "profiles.example.yml", Path(folder) / "profiles.yml")
        os.environ |= {"DBT_PROFILES_DIR": folder, "DBT_LOG_PATH": folder}
        project = Project(folder=ROOT, target="demo", target_path=Path(folder))
        prepare_manifest(project)
        FILE.write_text("\n".join(lines_of(flow(project))) + "\n")
    print(f"Written to {FILE.relative_to(ROOT)}: look at its diff.")  # noqa: T201


if __name__ == "__main__":
    main()
