"""Run a command in a process of its own, and say what it took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one process took: wall and CPU seconds, and its peak resident megabytes."""

    seconds: float
    cpu: float
    megabytes: float


def python(script: str, *arguments: str) -> Measured:
    """Measure a script, given as text."""
    return run([sys.executable, "-c", script, *arguments], os.environ)


def run(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Measure a command; a failure ends the benchmark with what it wrote."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=log, stderr=log, cwd=ROOT
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            log.seek(0)
            sys.exit(f"{' '.join(command[:3])} failed:\n{log.read().decode()[-2000:]}")
    return Measured(
        seconds=time.perf_counter() - begun,
        cpu=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss / 1024,
    )
