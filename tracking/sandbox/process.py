"""Run the sandbox in a process of its own, for a while."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tracking.sandbox.inspection import Inspection

_READY_SECONDS = 30.0
_STOP_SECONDS = 5.0


class SandboxFailed(RuntimeError):
    """The sandbox did not start; the text says what it wrote before it went."""


@contextmanager
def sandbox_process(
    port: int | None = None, latency_seconds: float = 0.0
) -> Iterator[str]:
    """
    Start a sandbox on this port, or on a free one, and yield its address once it
    answers.

    The socket is opened here and inherited there: a port that is free stays ours.

    Raises:
        OSError: The port is taken.
        SandboxFailed: The sandbox ended, or did not answer in time.
    """
    with tempfile.TemporaryFile() as log:
        with socket.create_server(("127.0.0.1", port or 0)) as listening:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            process = _start(listening, latency_seconds, log.fileno())
        try:
            if not _answers(url):
                log.seek(0)
                raise SandboxFailed(log.read().decode(errors="replace"))
            yield url
        finally:
            _stop(process)


def _start(
    listening: socket.socket, latency_seconds: float, log: int
) -> subprocess.Popen[bytes]:
    fd = listening.fileno()
    command = [sys.executable, "-m", "tracking.sandbox", "--fd", str(fd)]
    return subprocess.Popen(  # noqa: S603
        [*command, "--latency-seconds", str(latency_seconds)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=[fd],
    )


def _answers(url: str) -> bool:
    # The socket listens before the process runs: the question waits in it, and is
    # cut off at once if the process ends.
    with Inspection(url, timeout_seconds=_READY_SECONDS) as inspection:
        return inspection.answers()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
