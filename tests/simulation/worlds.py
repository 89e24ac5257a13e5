"""A world that was written, as its files tell it."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from simulation import SimulationReport, World

END = datetime(2026, 1, 31)  # noqa: DTZ001

Row = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """A world on disk, and a way to read it."""

    world: World
    report: SimulationReport
    _read: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        """The rows of a file, such as `raw/segment_calls` or `truth`."""
        if name not in self._read:
            with gzip.open(self.report.out / f"{name}.jsonl.gz") as lines:
                self._read[name] = [orjson.loads(line) for line in lines]
        return self._read[name]

    def truth(self, kind: str) -> list[Row]:
        """The truth of one kind."""
        return [row for row in self.rows("truth") if row["kind"] == kind]


Write = Callable[..., Written]
