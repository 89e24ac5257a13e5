"""Run the emulator of Snowflake in a process of its own, for a while."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_READY_SECONDS = 60.0
_STOP_SECONDS = 5.0
_ROOT = Path(__file__).parents[2]


class EmulatorFailed(RuntimeError):
    """The emulator did not start; the text says what it wrote before it went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """Where an emulator listens."""

    port: int

    @contextmanager
    def database(self, name: str) -> Iterator[Mapping[str, object]]:
        """An empty database, and its end; yields an output of profiles.yml for it."""
        yield self.settings(name)
        self._delete(name.upper())

    def end_transactions(self, name: str) -> None:
        """Roll back what processes that were killed have left open in a database."""
        self._delete(f"{name}/transactions")

    def _delete(self, path: str) -> None:
        url = f"http://127.0.0.1:{self.port}/databases/{path}"
        httpx.delete(url, timeout=_READY_SECONDS, trust_env=False).raise_for_status()

    def settings(self, database: str) -> Mapping[str, object]:
        """
        An output of profiles.yml for an empty database, made at the first connection.

        Nothing is tried again: what fails on loopback fails for good.
        """
        return {
            "type": "snowflake",
            "account": "emulator",
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "user": "tests",
            "password": "of-the-tests",
            "role": "RELYV",
            "warehouse": "RELYV",
            "database": database.upper(),
            "query_tag": "relyv-segment",
            "client_session_keep_alive": False,
            "connect_retries": 0,
            "connect_timeout": 10,
            "retry_on_database_errors": False,
        }


@contextmanager
def emulator_process() -> Iterator[Emulator]:
    """
    Start an emulator on a free port, and yield it once it answers.

    The socket is opened here and inherited there: a port that is free stays ours.

    Raises:
        EmulatorFailed: It ended, or did not answer in time.
    """
    with tempfile.TemporaryFile() as log:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            process = _start(listening, log.fileno())
        try:
            if not _answers(port):
                log.seek(0)
                raise EmulatorFailed(log.read().decode(errors="replace"))
            yield Emulator(port=port)
        finally:
            _stop(process)


def _start(listening: socket.socket, log: int) -> subprocess.Popen[bytes]:
    fd = listening.fileno()
    return subprocess.Popen(
        [sys.executable, "-m", "tests.emulator", "--fd", str(fd)],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=[fd],
    )


def _answers(port: int) -> bool:
    # The socket listens before the process runs: the question waits in it, and is
    # cut off at once if the process ends.
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/ready", timeout=_READY_SECONDS)
    except httpx.HTTPError:
        return False
    return answer.is_success


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
