"""dbt's own profiles.yml -> where the warehouse is.

dbt and relyv read one file, so that they can never disagree. dbt itself is not
imported here: that alone costs seconds.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from warehouse.errors import ProfileError
from warehouse.schema_names import require_no_schema_of_that_name, schemas_of

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = ("duckdb", "postgres", "snowflake")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One target of profiles.yml, rendered."""

    name: str
    target: str
    kind: str
    schema: str
    settings: Mapping[str, object]

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, target={self.target!r}, kind={self.kind!r})"


def read_profile(project_dir: Path, target: str | None = None) -> Profile:
    """
    Read the target that dbt would use.

    The target is the argument, else DBT_TARGET, else the profile's own default.

    Raises:
        ProfileError: A file, the profile, the target or an environment variable is
            missing; or a DuckDB file bears the name of a schema.
    """
    project = _project(project_dir)
    name = str(project["profile"])
    path = _profiles_path(project_dir)
    profiles = yaml.safe_load(path.read_text())
    if name not in profiles:
        raise ProfileError(f"{path.name} has no profile '{name}'.")
    outputs = profiles[name].get("outputs", {})
    chosen = target or os.environ.get("DBT_TARGET") or profiles[name].get("target")
    if chosen not in outputs:
        known = ", ".join(sorted(outputs))
        raise ProfileError(
            f"{path.name} has no target '{chosen}' in profile '{name}'. "
            f"It has: {known}."
        )
    settings = {key: _rendered(value) for key, value in outputs[chosen].items()}
    kind = str(settings.get("type"))
    if kind not in KINDS:
        raise ProfileError(
            f"Target '{chosen}' is of type '{kind}'; relyv runs on {', '.join(KINDS)}."
        )
    profile = Profile(
        name=name,
        target=str(chosen),
        kind=kind,
        schema=str(settings["schema"]),
        settings=settings,
    )
    if kind == "duckdb":
        require_no_schema_of_that_name(
            Path(str(settings["path"])), schemas_of(project, profile.schema)
        )
    return profile


def project_variables(project_dir: Path) -> Mapping[str, object]:
    """
    The vars that dbt_project.yml sets, such as the names of the raw schemas.

    Raises:
        ProfileError: There is no dbt project in the folder.
    """
    variables: Mapping[str, object] = _project(project_dir).get("vars") or {}
    return variables


def _project(project_dir: Path) -> dict[str, Any]:
    path = project_dir / "dbt_project.yml"
    if not path.exists():
        raise ProfileError(
            f"There is no dbt_project.yml in {project_dir}. Run relyv in the project's "
            "folder, or name it with --project-dir."
        )
    project: dict[str, Any] = yaml.safe_load(path.read_text())
    return project


def _profiles_path(project_dir: Path) -> Path:
    """Where dbt would look, in dbt's order."""
    folders = [project_dir, Path.home() / ".dbt"]
    if named := os.environ.get("DBT_PROFILES_DIR"):
        folders = [Path(named)]
    for folder in folders:
        if (folder / "profiles.yml").exists():
            return folder / "profiles.yml"
    raise ProfileError(
        "There is no profiles.yml. `make install` copies profiles.example.yml to it."
    )


def _rendered(value: object) -> object:
    if not isinstance(value, str) or "{{" not in value:
        return value
    # Many a profile holds no expression, and this import is felt in each command.
    from jinja2 import UndefinedError

    try:
        return _environment().from_string(value).render()
    except UndefinedError as error:
        raise ProfileError(
            f"profiles.yml uses what relyv cannot read: {error}."
        ) from None


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined

    # autoescape is for HTML; these are connection settings.
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    environment.globals["env_var"] = _env_var
    for cast in ("as_number", "as_bool", "as_text", "as_native"):
        environment.filters[cast] = lambda value: value
    return environment


def _env_var(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ProfileError(f"profiles.yml needs the environment variable {name}.")
    return value
