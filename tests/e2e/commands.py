"""The installed commands, each in a process of its own, in a folder of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """
    A warehouse file, a target folder and a profiles.yml that nobody else uses.
    """

    folder: Path
    sandbox_url: str
    delivery: Mapping[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.folder / "relyv.duckdb"

    def run(self, *command: str, allowed: tuple[int, ...] = (0,)) -> Finished:
        """Run a command to its end, which has to be one of the allowed ones."""
        ran = subprocess.run(
            _installed(command),
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        shown = f"{' '.join(command)}: exit code {ran.returncode}"
        assert ran.returncode in allowed, "\n".join([shown, ran.stdout, ran.stderr])
        return Finished(exit_code=ran.returncode, stdout=ran.stdout, stderr=ran.stderr)

    def run_until(self, is_enough: Callable[[], bool], *command: str) -> int:
        """Kill a command outright as soon as a condition holds; return its end."""
        with (self.folder / "killed.log").open("wb") as log:
            process = subprocess.Popen(
                _installed(command),
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(lambda: process.poll() is not None or is_enough())
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return process.returncode

    def _environment(self) -> dict[str, str]:
        """What the commands read, and nothing that a developer's shell has set."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RELYV_", "DBT_", "SEGMENT_"))
        }
        (self.folder / "profiles").mkdir(exist_ok=True)
        profiles = self.folder / "profiles" / "profiles.yml"
        if not profiles.exists():
            shutil.copy(PROJECT / "profiles.example.yml", profiles)
        return kept | {
            "DBT_PROFILES_DIR": str(profiles.parent),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "RELYV_PROJECT_DIR": str(PROJECT),
            "RELYV_DUCKDB_PATH": str(self.warehouse),
            "RELYV_SANDBOX_URL": self.sandbox_url,
            **self.delivery,
        }


class Sandbox:
    """A look at what the sandbox has, through its own address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def answers(self) -> bool:
        try:
            return self._http.get("/sandbox/summary").is_success
        except httpx.TransportError:
            return False

    def summary(self) -> dict[str, Any]:
        return dict(self._http.get("/sandbox/summary").raise_for_status().json())

    def messages(self) -> list[dict[str, Any]]:
        """Everything that arrived, whatever became of it, in order of arrival."""
        return self._lines("/sandbox/messages?stage=received")

    def traits(self) -> dict[str, dict[str, Any]]:
        """The traits of each user, as all calls so far have left them."""
        return self._traits_by("user_id")

    def accounts(self) -> dict[str, dict[str, Any]]:
        """The traits of each group, likewise."""
        return self._traits_by("group_id")

    def _traits_by(self, name: str) -> dict[str, dict[str, Any]]:
        profiles = self._lines("/sandbox/profiles")
        return {each[name]: each["traits"] for each in profiles if name in each}

    def _lines(self, path: str) -> list[dict[str, Any]]:
        text = self._http.get(path).raise_for_status().content
        return [json.loads(line) for line in text.splitlines()]


@contextmanager
def running_sandbox(log: Path, *, latency_seconds: float) -> Iterator[Sandbox]:
    """`relyv sandbox` in a process of its own, for as long as the block takes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ("relyv", "sandbox", f"--port={port}", f"--latency={latency_seconds}")
    with log.open("wb") as file:
        process = subprocess.Popen(_installed(command), stdout=file, stderr=file)
    sandbox = Sandbox(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: process.poll() is not None or sandbox.answers())
        assert process.poll() is None, log.read_text()
        yield sandbox
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again until it holds; give up in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.02)


def _installed(command: tuple[str, ...]) -> list[str]:
    program, *arguments = command
    return [str(BIN / program), *arguments]
