"""Seconds that Dagster adds: loading the project, and a run in which nothing changed.

    .venv/bin/python bench/pipeline.py --people 500

Each line is a process of its own. `dbt` alone is the baseline of the same run: its bare
start-up (`dbt parse` of an unchanged project), and a build of the same models by hand.
"""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measure import BIN, ROOT, Measured, run

from tracking.sandbox.process import sandbox_process

END = "2026-06-30T00:00:00"
DAYS = 30

IMPORT = "import dagster, dagster_dbt"
LOAD = """
from dagster import Definitions
from orchestration.definitions import defs
Definitions.validate_loadable(defs())
"""
FLOW = """
import sys
from orchestration.definitions import flow
from orchestration.project import Project
job = flow(Project.from_environment()).resolve_job_def(sys.argv[1])
assert job.execute_in_process().success
"""


def main() -> None:
    """Fill a warehouse, then measure over it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder, sandbox_process() as sandbox:
        measure(people, Path(folder), sandbox)


def measure(people: int, folder: Path, sandbox: str) -> None:
    """Print seconds and megabytes of each way to do nothing."""
    environment = _environment(folder, sandbox)
    run(
        [
            *(str(BIN / "relyv"), "simulate", "--people", str(people)),
            *("--days", str(DAYS), "--end", END, "--out", str(folder / "world")),
        ],
        environment,
    )
    print(f"{people:,} people, {DAYS} days")
    print(f"{'step':<44}{'seconds':>9}{'CPU s':>8}{'MB':>7}")
    _line("dbt parse, nothing known yet", _dbt(environment, "parse"))
    _line("dbt parse, nothing changed (start-up)", _dbt(environment, "parse"))
    _line("import of dagster and dagster_dbt", _python(environment, IMPORT))
    _line("definitions loaded", _python(environment, LOAD))
    _line("whole_flow, first", _python(environment, FLOW, "whole_flow"))
    _line("whole_flow, nothing changed", _python(environment, FLOW, "whole_flow"))
    _line("job of one sync, nothing changed", _python(environment, FLOW, ONE_SYNC))
    _line("dbt build by hand, nothing changed", _dbt(environment, "build", *DATA_ONLY))
    _line("relyv sync run by hand, nothing changed", _relyv(environment, "sync", "run"))


ONE_SYNC = "segment_bug_reported"
DATA_ONLY = ("--exclude-resource-type", "unit_test")


def _environment(folder: Path, sandbox: str) -> Mapping[str, str]:
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    home = folder / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text(json.dumps({"telemetry": {"enabled": False}}))
    return {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": str(folder),
        "DBT_TARGET": "demo",
        "DBT_TARGET_PATH": str(folder / "target"),
        "PYTHONPATH": str(ROOT),
        "RELYV_DUCKDB_PATH": str(folder / "relyv.duckdb"),
        "RELYV_LANDING_PATHS": str(folder / "world" / "raw"),
        "RELYV_PROJECT_DIR": str(ROOT),
        "RELYV_SANDBOX_URL": sandbox,
    }


def _dbt(environment: Mapping[str, str], *arguments: str) -> Measured:
    return run([str(BIN / "dbt"), "--quiet", *arguments], environment)


def _relyv(environment: Mapping[str, str], *arguments: str) -> Measured:
    target = ("--target-path", environment["DBT_TARGET_PATH"])
    return run([str(BIN / "relyv"), *arguments, *target], environment)


def _python(environment: Mapping[str, str], script: str, *arguments: str) -> Measured:
    return run([str(BIN / "python"), "-c", script, *arguments], environment)


def _line(step: str, measured: Measured) -> None:
    print(
        f"{step:<44}{measured.seconds:>9.1f}{measured.cpu:>8.1f}"
        f"{measured.megabytes:>7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
