"""Run a command in a process of its own, and say what it took."""

import json
import os
import subprocess
import sys
import tempfile
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
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as found:
        subprocess.run(
            [sys.executable, "-S", "-c", LAUNCH, str(log.fileno()), *command],
            env=dict(environment),
            stdout=found,
            pass_fds=[log.fileno()],
            cwd=ROOT,
            check=True,
        )
        found.seek(0)
        status, seconds, cpu, kilobytes = json.loads(found.read())
        if status:
            log.seek(0)
            sys.exit(f"{' '.join(command[:3])} failed:\n{log.read().decode()[-2000:]}")
    return Measured(seconds=seconds, cpu=cpu, megabytes=kilobytes / 1024)


# A process begins with the peak memory of the one that starts it: so a small one does.
LAUNCH = """
import os, subprocess, sys, time
log, *command = sys.argv[1:]
begun = time.perf_counter()
process = subprocess.Popen(command, stdout=int(log), stderr=int(log))
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - begun
print([status, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss])
"""
