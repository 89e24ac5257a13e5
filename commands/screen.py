"""How the commands speak: results to stdout, progress and asides to stderr."""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

# Into a file or a pipe, a table is as wide as it wants to be: no cell is cut.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
aside = Console(stderr=True, highlight=False)


class Bar:
    """One line of progress. Its total may be learned on the way."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def at(self, completed: float, total: float | None = None) -> None:
        """Move it; on a terminal it is drawn ten times a second at most."""
        self._progress.update(self._task, completed=completed, total=total)


@contextmanager
def bar(what: str, total: float | None = None, *, counts: bool = True) -> Iterator[Bar]:
    """Show progress on stderr while the block runs; nothing when nobody looks."""
    columns: list[Any] = [SpinnerColumn(), TextColumn("{task.description}")]
    columns += [BarColumn(), *([MofNCompleteColumn()] if counts else [])]
    with Progress(
        *columns, TimeElapsedColumn(), console=aside, transient=True
    ) as shown:
        yield Bar(shown, shown.add_task(what, total=total))


def table(first: str, *others: str) -> Table:
    """A plain table whose first column is never cut."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column(first, no_wrap=True)
    for name in others:
        shown.add_column(name, overflow="fold")
    return shown


def print_json(value: Any) -> None:
    """Print a value or a dataclass as indented JSON."""
    import orjson

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    text = orjson.dumps(
        value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC
    )
    print(text.decode())  # noqa: T201
