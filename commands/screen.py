"""How the commands speak: results to stdout, progress and asides to stderr."""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.style import Style
from rich.table import Table
from rich.text import Text


def _width(stream: TextIO) -> int | None:
    """As the terminal has it; into a file, wide enough that no cell is cut."""
    return None if stream.isatty() else 160


out = Console(highlight=False, width=_width(sys.stdout))
aside = Console(stderr=True, highlight=False, width=_width(sys.stderr))


class Bar:
    """One line of progress. Its total may be learned on the way."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def at(self, completed: float, total: float | None = None) -> None:
        """Move it; on a terminal it is drawn ten times a second at most."""
        self._progress.update(self._task, completed=completed, total=total)


@contextmanager
def bar(what: str, total: float | None = None) -> Iterator[Bar]:
    """Show on stderr how far the block has come; its line stays, with its seconds."""
    columns = (
        TextColumn("{task.description:<44}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    # Drawn anew ten times a second, which a file would not show.
    with Progress(*columns, console=aside, auto_refresh=aside.is_terminal) as shown:
        task = shown.add_task(what, total=total)
        yield Bar(shown, task)
        shown.update(task, total=1, completed=1)


def table(first: str, *others: str) -> Table:
    """A plain table whose first column is never cut."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column(first, no_wrap=True)
    for name in others:
        shown.add_column(name, overflow="fold")
    return shown


def link(url: str | None) -> Text:
    """An address that a terminal opens on a click, or a dash. Markup in it is text."""
    return Text(url, style=Style(link=url)) if url else Text("-")


def print_json(value: Any) -> None:
    """Print a value or a dataclass as indented JSON."""
    import orjson

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    text = orjson.dumps(
        value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC
    )
    print(text.decode())  # noqa: T201
