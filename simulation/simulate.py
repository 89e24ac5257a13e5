"""Write a world to a folder, block after block, on every core.

The blocks' gzip members are joined in order: a file of members is a gzip file, and
its bytes do not depend on how many workers there were.
"""

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import DEFLATED, compressobj

import orjson

from simulation import rates
from simulation.blocks import build_block
from simulation.delivery import Block
from simulation.files import ALL_PATHS, TRUTH
from simulation.moments import iso
from simulation.world import World

_FEW_BLOCKS = 4  # starting workers costs as much as building these


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """What was written: lines for each file, and for each kind of truth."""

    out: Path
    rows: Mapping[str, int]
    truth: Mapping[str, int]


def simulate(
    world: World, out: Path, on_progress: Callable[[int], None] | None = None
) -> SimulationReport:
    """
    Write the files of a world below `out`; report progress as people done.

    The same world is the same bytes.

    Raises:
        ValueError: `out` holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is not empty. Choose a folder that is new or empty.")
    rows: Counter[str] = Counter(dict.fromkeys(ALL_PATHS, 0))
    truth: Counter[str] = Counter()
    done = 0
    with ExitStack() as stack:
        files = {path: stack.enter_context(_create(out / path)) for path in ALL_PATHS}
        for block in _blocks(world):
            for path, member in block.members.items():
                files[path].write(member)
            rows.update(block.rows)
            truth.update(block.truth)
            done += block.people
            if on_progress:
                on_progress(done)
        rows[TRUTH] += 1
        truth["world"] += 1
        files[TRUTH].write(_gzip(_world_line(world, rows, truth)))
        for path in ALL_PATHS:
            if not rows[path]:
                files[path].write(_gzip(b""))
    return SimulationReport(out=out, rows=dict(rows), truth=dict(truth))


def _blocks(world: World) -> Iterator[Block]:
    """Every block in order; a few are built ahead."""
    count = -(-world.people // rates.PEOPLE_PER_BLOCK)
    workers = os.cpu_count() or 1
    if count <= _FEW_BLOCKS or workers == 1:
        yield from (build_block(world, number) for number in range(count))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        ahead: deque[Future[Block]] = deque()
        for number in range(count):
            ahead.append(pool.submit(build_block, world, number))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _world_line(
    world: World, rows: Mapping[str, int], truth: Mapping[str, int]
) -> bytes:
    line = {
        "kind": "world",
        "people": world.people,
        "days": world.days,
        "seed": world.seed,
        "world": world.kind,
        "start": iso(world.start_ms),
        "end": iso(world.end_ms),
        "rows": rows,
        "truth": dict(sorted(truth.items())),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _gzip(text: bytes) -> bytes:
    """One gzip member, without a time in its header."""
    member = compressobj(1, DEFLATED, 31)
    return member.compress(text) + member.flush()
