"""Which syncs a command is about."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sync import Sync
    from warehouse import Warehouse

Name = Annotated[str, typer.Argument(help="The sync.", show_default=False)]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Syncs by name. Default: all.", show_default=False),
]
TargetPath = Annotated[
    Path,
    typer.Option(
        "--target-path", envvar="DBT_TARGET_PATH", help="Where dbt put manifest.json."
    ),
]
IN_TARGET = Path("target")


def chosen_syncs(
    warehouse: "Warehouse",
    project_dir: Path,
    target_path: Path,
    names: Sequence[str] | None,
) -> "list[Sync]":
    """Those syncs of dbt's manifest that bear these names, or all of them."""
    from sync import read_syncs, select_syncs

    manifest = project_dir / target_path / "manifest.json"
    syncs = read_syncs(manifest, kind=warehouse.kind, schema=warehouse.schema)
    return select_syncs(syncs, names or [])
