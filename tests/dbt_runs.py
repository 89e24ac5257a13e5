"""Run dbt over a warehouse of a test's own, in this process."""

import json
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[1]


def run_dbt(
    folder: Path, *arguments: str, project: Path = PROJECT, **variables: object
) -> None:
    """
    Run one dbt command in the target `demo` of the folder's profiles.yml.

    Every warning is an error; what dbt writes goes to the folder. The variables are
    those of the project, `as_of` for one.
    """
    result = dbtRunner().invoke(
        [
            "--quiet",
            "--warn-error-options",
            json.dumps({"error": "all", "silence": ["UnusedResourceConfigPath"]}),
            *arguments,
            *("--project-dir", str(project), "--profiles-dir", str(folder)),
            *("--target", "demo", "--target-path", str(folder / "target")),
            *("--log-path", str(folder / "logs")),
            *("--vars", json.dumps(variables)),
        ]
    )
    _let_go()
    if not result.success:
        raise AssertionError(_failures(result))


def _let_go() -> None:
    # dbt-duckdb keeps a file open for its next run, and keeps others out with it.
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
        DuckDBConnectionManager._ENV = None


def _failures(result: object) -> str:
    nodes = getattr(getattr(result, "result", None), "results", [])
    messages = [
        f"{node.node.name}: {node.message}"
        for node in nodes
        if node.status not in ("success", "pass", "skipped")
    ]
    return "\n".join([str(getattr(result, "exception", "") or ""), *messages])
