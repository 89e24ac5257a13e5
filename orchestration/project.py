"""The dbt project and its manifest, prepared before anything imports them."""

from pathlib import Path

from orchestration.dbt import run_dbt


def prepare_manifest(project_dir: Path, target: str | None = None) -> Path:
    """Parse the dbt project, so that `target/manifest.json` says what it holds now."""
    run_dbt(project_dir, ["parse"], target=target)
    return project_dir / "target" / "manifest.json"
