"""relyv dagster: the flow on a page, and on a clock."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from commands.options import HERE, ProjectDir, Target


def dagster(
    target: Target = None,
    project_dir: ProjectDir = HERE,
    port: Annotated[int, typer.Option(help="Where the page is.")] = 3000,
) -> None:
    """Open the flow in Dagster: landing, models, syncs, schedules. Ctrl-C ends it."""
    from orchestration.project import prepare_manifest

    prepare_manifest(project_dir.resolve(), target)
    home = project_dir.resolve() / "dagster_home"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    environment = {
        **os.environ,
        "DAGSTER_HOME": os.environ.get("DAGSTER_HOME", str(home)),
        **({"DBT_TARGET": target} if target else {}),
    }
    command = ["-m", "dagster", "dev", "-m", "orchestration.definitions"]
    code = subprocess.call(  # noqa: S603 - our own interpreter, fixed arguments
        [sys.executable, *command, "--port", str(port)],
        cwd=project_dir,
        env=environment,
    )
    raise typer.Exit(code)
