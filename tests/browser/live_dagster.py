"""A small world in a warehouse, and `relyv dagster` over it, for a browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import stamina
from sqlalchemy import text

from commands.ui import INSTANCE
from landing import land
from orchestration.dbt import build
from orchestration.project import Project
from simulation import World, simulate
from tests.conftest import ROOT
from warehouse import open_warehouse

# On a quiet machine twenty seconds; a busy one takes minutes.
START_SECONDS = 420
RUN_SECONDS = 420
STOP_SECONDS = 30
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"
CHECKS = """
{
  assetNodeOrError(assetKey: {path: ["segment", "%s"]}) {
    ... on AssetNode {
      assetChecksOrError {
        ... on AssetChecks {
          checks {
            name
            executionForLatestMaterialization { evaluation { success } }
          }
        }
      }
    }
  }
}
"""
GROUPS = """
{
  repositoriesOrError {
    ... on RepositoryConnection { nodes { assetGroups { groupName } } }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDagster:
    """Where the page is, and the project below it."""

    url: str
    project: Project

    def ask(self, question: str) -> Any:
        """Ask Dagster's own API."""
        with httpx.Client(timeout=60, trust_env=False) as client:
            answer = client.post(f"{self.url}/graphql", json={"query": question})
        return answer.json()["data"]

    def groups(self) -> set[str]:
        """The groups of the loaded project; fails until it is loaded."""
        [repository] = self.ask(GROUPS)["repositoriesOrError"]["nodes"]
        return {group["groupName"] for group in repository["assetGroups"]}

    def last_run(self) -> str:
        """How the newest run ended, once it has."""
        for attempt in stamina.retry_context(
            on=StillRunning, attempts=None, timeout=RUN_SECONDS, wait_max=1.0
        ):
            with attempt:
                runs = self.ask(RUNS)["runsOrError"]["results"]
                if not runs or runs[0]["status"] not in ENDED:
                    raise StillRunning
        return str(runs[0]["status"])

    def failed_checks(self, sync: str) -> set[str]:
        """The checks of a sync whose last evaluation failed."""
        answer = self.ask(CHECKS % sync)["assetNodeOrError"]["assetChecksOrError"]
        return {
            check["name"]
            for check in answer["checks"]
            if (last := check["executionForLatestMaterialization"])
            and last["evaluation"]
            and not last["evaluation"]["success"]
        }

    def sql(self, statement: str) -> None:
        """Change the warehouse by hand, while nothing runs."""
        with (
            open_warehouse(self.project.folder) as opened,
            opened.engine.begin() as connection,
        ):
            connection.execute(text(statement))


class StillRunning(Exception):
    """The newest run has not ended yet, or is not there yet."""


ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@contextmanager
def live_dagster(folder: Path, sandbox_url: str, *, sync: str) -> Iterator[LiveDagster]:
    """Make a world in a folder, build what one sync needs, and open the page."""
    environment = _environment(folder, sandbox_url)
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        project = Project.from_environment()
        _fill(project, folder, sync)
        with _page(project) as url:
            yield LiveDagster(url=url, project=project)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _environment(folder: Path, sandbox_url: str) -> Mapping[str, str]:
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    home = folder / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE)
    return {
        "DAGSTER_HOME": str(home),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": str(folder),
        "DBT_TARGET": "demo",
        "DBT_TARGET_PATH": str(folder / "target"),
        "RELYV_DUCKDB_PATH": str(folder / "relyv.duckdb"),
        "RELYV_LANDING_PATHS": str(folder / "world" / "raw"),
        "RELYV_PROJECT_DIR": str(ROOT),
        "RELYV_SANDBOX_URL": sandbox_url,
    }


def _fill(project: Project, folder: Path, sync: str) -> None:
    """A world that ends last night, landed, and built as far as a sync needs it."""
    midnight = datetime.now(UTC).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=None
    )
    simulate(World(people=30, days=6, seed=1, end=midnight), folder / "world")
    with open_warehouse(project.folder, project.target) as warehouse:
        land(warehouse, [folder / "world" / "raw"])
    as_of = f"{midnight + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    build(
        project.folder,
        target=project.target,
        variables={"as_of": as_of},
        select=[f"+exposure:{sync}"],
    )


@contextmanager
def _page(project: Project) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "relyv", "dagster", "--port", str(port)],
        cwd=project.folder,
    )
    live = LiveDagster(url=f"http://127.0.0.1:{port}", project=project)
    try:
        for attempt in stamina.retry_context(
            on=(httpx.TransportError, ValueError, KeyError),
            attempts=None,
            timeout=START_SECONDS,
            wait_max=1.0,
        ):
            with attempt:
                live.groups()
        yield live.url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_SECONDS)
