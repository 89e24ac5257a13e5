"""Another process that has a DuckDB file open, for a while."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "True")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(file: Path | str, *, read_only: bool = False) -> Iterator[int]:
    """Hold the file meanwhile; yields the number of the process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file), str(read_only)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.stdin.close()
