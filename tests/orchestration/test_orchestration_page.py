"""`relyv dagster`, as a person starts it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from orchestration.project import Project

START_SECONDS = 120
STOP_SECONDS = 30
QUESTION = """
{
  repositoriesOrError {
    ... on RepositoryConnection {
      nodes {
        assetGroups { groupName }
        schedules { name scheduleState { status } }
      }
    }
  }
}
"""


@pytest.fixture
def page(
    project: Project, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, and the address of its page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = tmp_path / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}")
    process = subprocess.Popen(
        [sys.executable, "-m", "relyv", "dagster", "--port", str(port)],
        cwd=project.folder,
        env={**os.environ, "DAGSTER_HOME": str(home)},
    )
    yield process, f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=STOP_SECONDS)


def ask(url: str) -> dict[str, Any]:
    """What the page knows of the flow, once it answers."""
    attempts = stamina.retry_context(
        on=httpx.TransportError,
        attempts=None,
        timeout=START_SECONDS,
        wait_max=1.0,
    )
    with httpx.Client(timeout=START_SECONDS, trust_env=False) as client:
        for attempt in attempts:
            with attempt:
                answer = client.post(f"{url}/graphql", json={"query": QUESTION})
    [repository] = answer.json()["data"]["repositoriesOrError"]["nodes"]
    return dict(repository)


@pytest.mark.slow
def test_the_page_shows_every_step_and_ends_when_told(
    page: tuple[subprocess.Popen[bytes], str],
) -> None:
    """
    One command opens the whole flow, and a TERM takes all of its processes away.
    """
    process, url = page

    shown = ask(url)

    groups = {group["groupName"] for group in shown["assetGroups"]}
    assert {"landing", "staging", "identity", "syncs", "segment"} <= groups
    states = {plan["scheduleState"]["status"] for plan in shown["schedules"]}
    assert states == {"STOPPED"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=STOP_SECONDS) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
