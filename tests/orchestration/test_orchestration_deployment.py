"""The files of `deploy/` are what Dagster takes, and nothing in a run calls out."""

import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance, asset, materialize
from dagster._core.workspace.load import location_origins_from_yaml_paths

from commands.ui import INSTANCE
from orchestration.dbt_models import Dbt
from orchestration.project import Project
from tests.conftest import ROOT
from tests.postgres_server import PostgresServer

DEPLOY = ROOT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
RECORDING_DBT = """#!/bin/sh
echo "$@" >> {log}
"""


@asset
def anything() -> None:
    """A run for Dagster to remember."""


def test_dagster_keeps_its_records_in_postgresql(
    tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    With the file as it is: another process finds the run, and nobody is told of it.
    """
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    with postgres_server.database("dagster") as place:
        address = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format_map(
            place
        )
        monkeypatch.setenv("DAGSTER_POSTGRES_URL", address)
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            run_id = materialize([anything], instance=instance).run_id
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            run = instance.get_run_by_id(run_id)
            limit = instance.get_concurrency_config().run_queue_config

            assert run
            assert run.is_success
            assert not instance.telemetry_enabled
            assert limit
            assert limit.max_concurrent_runs == 1
    assert list(tmp_path.glob("**/*.db")) == []


def test_the_laptop_s_settings_are_quiet_too(tmp_path: Path) -> None:
    """
    `relyv dagster` writes them: no telemetry, no dialog that asks for an address.
    """
    production = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    laptop = yaml.safe_load(INSTANCE)

    for name in ("telemetry", "nux"):
        assert laptop[name] == production[name] == {"enabled": False}


def test_the_workspace_finds_the_code_where_it_is_served() -> None:
    """
    The web server and the daemon ask at the port on which the code process listens.
    """
    [origin] = location_origins_from_yaml_paths([str(DEPLOY / "workspace.yaml")])

    served = command_of(DEPLOY / "relyv-code.service")
    assert served[-2:] == ["--port", str(origin.port)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.stem)
def test_a_service_s_command_is_one_that_dagster_has(service: Path) -> None:
    """
    Every option is known; `--help` behind it keeps it from running.
    """
    program, *arguments = command_of(service)
    beside = Path(sys.executable).with_name(Path(program).name)

    asked = subprocess.run(
        [beside, *arguments, "--help"], capture_output=True, text=True
    )

    assert asked.returncode == 0, asked.stderr


def command_of(service: Path) -> list[str]:
    """What a unit starts."""
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(service)
    return shlex.split(unit["Service"]["ExecStart"])


def test_the_page_can_be_looked_at_and_nothing_else() -> None:
    """
    Dagster has no accounts: what the page could do, everybody could.
    """
    command = command_of(DEPLOY / "relyv-web.service")

    assert "--read-only" in command
    assert command[command.index("--host") + 1] == "127.0.0.1"


def test_no_run_of_dbt_asks_for_its_version(project: Project, tmp_path: Path) -> None:
    """
    `dbt --version` asks a package index; all that is started is what was asked for.
    """
    log, executable = tmp_path / "asked.log", tmp_path / "dbt"
    executable.write_text(RECORDING_DBT.format(log=log))
    executable.chmod(0o755)
    dbt = Dbt(project_dir=str(ROOT), dbt_executable=str(executable), target="demo")

    dbt.cli(["build"]).wait()

    [asked] = log.read_text().splitlines()
    assert "--version" not in asked
    assert " build " in f" {asked} "
