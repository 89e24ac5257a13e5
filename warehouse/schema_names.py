"""dbt_project.yml -> the names of the schemas that the project makes and reads.

DuckDB calls a database by its file, so a file with the name of a schema is ambiguous.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warehouse.errors import ProfileError

# Made by dbt's hooks, by landing and by syncs, whatever dbt_project.yml says.
_OWN_STEPS = ("builds", "ledger", "privacy")


def schemas_of(project: Mapping[str, Any], schema: str) -> set[str]:
    """Of the steps, each `<schema>_<step>`, and of raw data, which vars name."""
    steps = {*_steps(project), *_OWN_STEPS}
    return {f"{schema}_{step}" for step in steps} | set(_raw(project.get("vars") or {}))


def require_no_schema_of_that_name(file: Path, schemas: set[str]) -> None:
    """
    Let no DuckDB file bear the name of a schema.

    Raises:
        ProfileError: It does; with what to rename.
    """
    if file.stem.lower() in {schema.lower() for schema in schemas}:
        raise ProfileError(
            f"The DuckDB file {file.name} has the name of a schema in it, and DuckDB "
            f"cannot tell {file.stem} from {file.stem}. Give the file another name, "
            "also as `path` in profiles.yml."
        )


def _steps(settings: Mapping[str, Any]) -> Iterator[str]:
    """Every `+schema`, however deep the folder that it is of."""
    for name, value in settings.items():
        if name == "+schema":
            yield str(value)
        elif isinstance(value, Mapping):
            yield from _steps(value)


def _raw(variables: Mapping[str, Any]) -> Iterator[str]:
    for name, value in variables.items():
        if name.endswith(("_schema", "_schemas")):
            yield from map(str, value if isinstance(value, list) else [value])
