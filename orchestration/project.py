"""The dbt project as Dagster sees it: its folder, its target, its manifest.

Reads the environment and one file; no network, no warehouse, no dbt.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from orchestration.dbt import run_dbt
from orchestration.errors import ManifestMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Where everything is. Relative paths start at the project's folder."""

    folder: Path
    target: str | None = None
    target_path: Path = Path("target")
    landing_paths: tuple[Path, ...] = ()

    @classmethod
    def from_environment(cls) -> "Project":
        """RELYV_PROJECT_DIR, DBT_TARGET, DBT_TARGET_PATH and RELYV_LANDING_PATHS."""
        landing_paths = os.environ.get("RELYV_LANDING_PATHS", "")
        return cls(
            folder=Path(os.environ.get("RELYV_PROJECT_DIR", "")).resolve(),
            target=os.environ.get("DBT_TARGET") or None,
            target_path=Path(os.environ.get("DBT_TARGET_PATH") or "target"),
            landing_paths=tuple(
                Path(path) for path in landing_paths.split(os.pathsep) if path
            ),
        )

    @property
    def manifest_path(self) -> Path:
        """dbt's `manifest.json`."""
        return self.folder / self.target_path / "manifest.json"

    def read_manifest(self) -> Mapping[str, Any]:
        """
        Read what dbt knows of the project.

        Raises:
            ManifestMissing: dbt has not parsed it yet.
        """
        if not self.manifest_path.exists():
            raise ManifestMissing(
                f"There is no manifest.json in {self.target_path}. "
                "Run `relyv dagster` or `dbt parse`."
            )
        manifest: Mapping[str, Any] = orjson.loads(self.manifest_path.read_bytes())
        return manifest


def prepare_manifest(project: Project) -> None:
    """Parse the dbt project, so that its manifest says what it holds now."""
    parse = ["parse", "--target-path", str(project.target_path)]
    run_dbt(project.folder, parse, target=project.target)
