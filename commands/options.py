"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ProjectDir = Annotated[
    Path,
    typer.Option(
        "--project-dir",
        envvar="RELYV_PROJECT_DIR",
        help="The folder of dbt_project.yml.",
        show_default="here",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        "-t",
        envvar="DBT_TARGET",
        help="The dbt target. Default: the one that profiles.yml names.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a machine.")]
HERE = Path()
