"""What the command line says when something is wrong: a sentence, no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.held_files import held_elsewhere

RELYV = Path(sys.executable).parent / "relyv"


def relyv(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run one command in a folder: exit code, stdout, stderr."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RELYV", "DBT", "SEGMENT"))
    }
    done = subprocess.run(
        [RELYV, *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the project's files that say where things are."""
    for name in ("dbt_project.yml", "profiles.example.yml"):
        target = name.replace(".example", "")
        (tmp_path / target).write_text((ROOT / name).read_text())
    return tmp_path


def test_help_lists_the_flow_in_its_order(tmp_path: Path) -> None:
    """
    It reads like a table of contents.
    """
    code, text, _ = relyv(tmp_path, "--help")

    names = [
        "land",
        "lookup",
        "timeline",
        "identity",
        "sync",
        "demo",
        "simulate",
        "sandbox",
    ]
    places = [text.index(f"│ {name} ") for name in names]
    assert code == 0
    assert places == sorted(places)


def test_outside_of_a_project_it_says_where_to_go(tmp_path: Path) -> None:
    """
    The folder is named, and the option that names another.
    """
    code, _, text = relyv(tmp_path, "sync", "status")

    assert code == 2
    assert "--project-dir" in text
    assert "Traceback" not in text


def test_without_a_manifest_it_says_to_build(project: Path) -> None:
    """
    A sync reads what dbt wrote.
    """
    code, _, text = relyv(project, "sync", "plan")

    assert code == 2
    assert "dbt build" in text


@pytest.mark.parametrize(
    "command",
    [["identity", "explain", "ann"], ["identity", "report"], ["lookup", "ann"]],
    ids=" ".join,
)
def test_without_models_a_question_says_to_build(
    project: Path, command: list[str]
) -> None:
    """
    Who asks before the first build is told so, without the driver's words.
    """
    code, _, text = relyv(project, *command)

    assert code == 2
    assert "dbt build" in text
    assert "ann" not in text


def test_a_missing_file_lands_nothing(project: Path) -> None:
    """
    It is named before anything is touched.
    """
    code, _, text = relyv(project, "land", "no-such-file.jsonl")

    assert code == 2
    assert "no-such-file.jsonl" in text


def test_a_missing_variable_of_the_profile_is_named(project: Path) -> None:
    """
    Its name, and never a value.
    """
    code, _, text = relyv(project, "sync", "plan", "--target", "dev")

    assert code == 2
    assert "PGUSER" in text


def test_an_unknown_target_is_answered_with_those_there_are(project: Path) -> None:
    """
    A slip of the finger is not a stack of frames.
    """
    code, _, text = relyv(project, "sync", "plan", "--target", "demmo")

    assert code == 2
    assert "demo, dev, prod" in text


def test_a_warehouse_that_is_held_says_by_whom(project: Path) -> None:
    """
    One process at a time opens a DuckDB file; the other waits a little, then says so.
    """
    with held_elsewhere(project / "relyv.duckdb") as process:
        code, _, text = relyv(
            project,
            "land",
            str(ROOT / "tests" / "samples"),
            RELYV_BUSY_WAIT_SECONDS="1",
        )

    assert code == 4
    assert f"process {process}" in text


def test_simulate_writes_no_second_world_over_a_first(tmp_path: Path) -> None:
    """
    The folder must be new or empty.
    """
    arguments = ("simulate", "--people", "3", "--days", "1", "--out", "world")
    first, _, _ = relyv(tmp_path, *arguments)

    second, _, text = relyv(tmp_path, *arguments)

    assert (first, second) == (0, 2)
    assert "not empty" in text


def test_a_second_sandbox_says_that_its_port_is_taken(tmp_path: Path) -> None:
    """
    And how to listen elsewhere.
    """
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]

        code, _, text = relyv(tmp_path, "sandbox", "--port", str(port))

    assert code == 2
    assert f"Port {port} is taken" in text


def test_a_demo_replaces_no_warehouse_but_a_demos(project: Path) -> None:
    """
    Somebody's data may be in it.
    """
    (project / "relyv.duckdb").write_text("precious")

    code, _, text = relyv(project, "demo")

    assert code == 2
    assert "no demo made it" in text
    assert (project / "relyv.duckdb").read_text() == "precious"
