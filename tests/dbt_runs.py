"""Run dbt over a warehouse of a test's own, in this process.

A parse takes 7 CPU seconds, and dbt parses anew for every other `as_of`. No parse looks
at that variable, so a project is parsed once for each kind of target.
"""

import json
import pickle
from dataclasses import fields
from pathlib import Path

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).parents[1]
SOURCES = ("models", "macros", "seeds", "tests/dbt")

# A run changes its manifest: each gets a copy of its own.
_parsed: dict[object, bytes] = {}


def run_dbt(
    folder: Path, *arguments: str, project: Path = PROJECT, **variables: object
) -> None:
    """
    Run one dbt command in the target `demo` of the folder's profiles.yml.

    Every warning is an error; what dbt writes goes to the folder. The variables are
    those of the project, `as_of` for one.
    """
    options = [
        *("--project-dir", str(project), "--profiles-dir", str(folder)),
        *("--target", "demo", "--target-path", str(folder / "target")),
        *("--log-path", str(folder / "logs")),
        *("--vars", json.dumps(variables)),
    ]
    _invoke([*arguments, *options], _manifest(folder, project, variables, options))


def _manifest(
    folder: Path, project: Path, variables: dict[str, object], options: list[str]
) -> Manifest:
    key = _what_a_parse_depends_on(folder, project, variables)
    if key not in _parsed:
        parsed = _invoke(["parse", *options])
        names = [each.name for each in fields(Manifest) if each.name[0] != "_"]
        # Pickling a whole one puts its lookups in each other's places.
        _parsed[key] = pickle.dumps({name: getattr(parsed, name) for name in names})
    return Manifest(**pickle.loads(_parsed[key]))


def _what_a_parse_depends_on(
    folder: Path, project: Path, variables: dict[str, object]
) -> object:
    files = [path for name in SOURCES for path in (project / name).rglob("*.*")]
    written = [
        (str(path), path.stat().st_mtime_ns, path.stat().st_size)
        for path in (*sorted(files), project / "dbt_project.yml")
    ]
    profile = yaml.safe_load((folder / "profiles.yml").read_text())
    for output in (each for it in profile.values() for each in it["outputs"].values()):
        # A DuckDB file is a database of its name, wherever it is.
        output["path"] = Path(output.get("path", "")).name
    settings = {name: each for name, each in variables.items() if name != "as_of"}
    return json.dumps([written, profile, settings])


def _invoke(arguments: list[str], manifest: Manifest | None = None) -> object:
    result = dbtRunner(manifest).invoke(
        [
            "--quiet",
            "--warn-error-options",
            json.dumps({"error": "all", "silence": ["UnusedResourceConfigPath"]}),
            *arguments,
        ]
    )
    _let_go()
    if not result.success:
        raise AssertionError(_failures(result))
    return result.result


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
