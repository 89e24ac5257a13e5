"""dbt, run in a process of its own, with its progress read from its log.

A process of its own gives a DuckDB file back when it ends, and takes dbt's seconds of
imports only when dbt is wanted.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson

from orchestration.errors import DbtFailed


def build(
    project_dir: Path,
    *,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    select: Sequence[str] = (),
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """
    Build the models, and test the data in them.

    Unit tests judge the code, not the data: they run with the project's own tests.

    Args:
        project_dir: The folder of dbt_project.yml.
        target: The dbt target; else the profile's own.
        variables: dbt's `--vars`.
        select: dbt's `--select`; else everything.
        on_progress: Called with the nodes that are done, and all of them.

    Raises:
        DbtFailed: With the nodes that failed.
    """
    command = ["build", "--exclude-resource-type", "unit_test"]
    if select:
        command += ["--select", *select]
    if variables:
        command += ["--vars", orjson.dumps(dict(variables)).decode()]
    run_dbt(project_dir, command, target=target, on_progress=on_progress)


def run_dbt(
    project_dir: Path,
    command: Sequence[str],
    *,
    target: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """
    Run one dbt command.

    Raises:
        DbtFailed: It did not succeed.
    """
    arguments = [*command, "--log-format", "json", "--log-level", "info"]
    if target:
        arguments += ["--target", target]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "dbt.cli.main", *arguments],
        cwd=project_dir,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None  # a pipe was asked for
    problems: list[str] = []
    for line in process.stdout:
        _read_event(line, on_progress, problems)
    if process.wait() != 0:
        said = "\n".join(problems[-20:])
        raise DbtFailed(f"dbt {command[0]} failed.\n{said}")


def _read_event(
    line: bytes,
    on_progress: Callable[[int, int], None] | None,
    problems: list[str],
) -> None:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        problems.append(line.decode(errors="replace").rstrip())
        return
    facts = event.get("data", {})
    if on_progress and event["info"]["name"] in _RESULTS and facts.get("total"):
        on_progress(facts["index"], facts["total"])
    if event["info"]["level"] in ("error", "warn"):
        problems.append(event["info"]["msg"])


_RESULTS = {
    "LogModelResult",
    "LogSeedResult",
    "LogTestResult",
    "LogUnitTestResult",
    "LogSnapshotResult",
    "LogNodeNoOpResult",
}
