"""relyv dagster and relyv docs: the flow on a clock, and on a page."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, ProjectDir, Target
from commands.screen import aside

if TYPE_CHECKING:
    from orchestration.project import Project

# Five syncs may be due in the same minute, and a DuckDB file has one writer.
INSTANCE = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
"""


def dagster(
    target: Target = None,
    project_dir: ProjectDir = HERE,
    port: Annotated[int, typer.Option(help="Where the page is.")] = 3000,
) -> None:
    """Open the flow in Dagster: landing, models, syncs, schedules. Ctrl-C ends it."""
    from orchestration.errors import DagsterMissing
    from orchestration.project import prepare_manifest

    if find_spec("dagster") is None or find_spec("dagster_webserver") is None:
        raise DagsterMissing(
            "Dagster is not installed. `make install` installs it; without make: "
            "pip install 'relyv-segment[dagster]'."
        )
    project = _project(project_dir, target)
    if "DAGSTER_HOME" not in os.environ:
        os.environ["DAGSTER_HOME"] = str(_home(project.folder))
    prepare_manifest(project)
    aside.print(f"The flow is at http://127.0.0.1:{port} in a minute (Ctrl-C ends it)")
    _become_dagster(port)


def docs(
    target: Target = None,
    project_dir: ProjectDir = HERE,
    out: Annotated[
        Path | None, typer.Option(help="Write the page to this file, and end.")
    ] = None,
    port: Annotated[int, typer.Option(help="Where the page is.")] = 8080,
) -> None:
    """
    Show every model and column, and the lineage from raw table to Segment.

    The page is dbt's own, in one file: open "relyv_segment" for the models, "Exposures"
    for what is sent, and the button at the lower right for the lineage. A built target
    adds the tables' types and sizes. Ctrl-C ends it.
    """
    from orchestration.docs_page import serve_page, write_page

    project = _project(project_dir, target)
    with aside.status("dbt writes the page"):
        page = write_page(project, out)
    if out:
        aside.print(f"Written to {page}: one file, which needs no server.")
        return
    aside.print(f"The page is at http://127.0.0.1:{port} (Ctrl-C ends it)")
    serve_page(page, port)


def _project(project_dir: Path, target: str | None) -> "Project":
    """The project, for this process and for those that it starts."""
    from orchestration.project import Project

    os.environ["RELYV_PROJECT_DIR"] = str(project_dir.resolve())
    if target:
        os.environ["DBT_TARGET"] = target
    return Project.from_environment()


def _home(folder: Path) -> Path:
    """Where Dagster keeps runs and schedules; its settings are a person's to edit."""
    home = folder / "dagster_home"
    home.mkdir(exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(INSTANCE)
    return home


def _become_dagster(port: int) -> None:
    """Take this process's place, so that Ctrl-C and TERM reach Dagster itself."""
    # A shell's background job ignores Ctrl-C; Dagster would then ignore TERM as well.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    quietly = ["-W", "ignore:Function `dev_command` is superseded"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    dev = ["-m", "dagster", "dev", "-m", "orchestration.definitions", *address]
    os.execv(sys.executable, [sys.executable, *quietly, *dev])  # noqa: S606
