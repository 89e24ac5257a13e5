"""What a run does to its warehouse, step by step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

_MOMENTS = ("before_cursor_execute", "commit")


@contextmanager
def before_each_step(engine: Engine, act: Callable[[], None]) -> Iterator[None]:
    """Act before each statement and each commit; what is raised there is the step's."""

    def step(*_seen: object) -> None:
        act()

    for moment in _MOMENTS:
        event.listen(engine, moment, step)
    try:
        yield
    finally:
        for moment in _MOMENTS:
            event.remove(engine, moment, step)
