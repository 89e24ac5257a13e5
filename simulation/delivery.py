"""Deliver a block's lines as the real world does: twice, out of order, in two parts.

What is received by the end goes into `raw`, the rest into `later`. Lines are disturbed
and compressed a few thousand at a time, so a long history needs no more memory.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import get_args

import orjson

from simulation import rates
from simulation.files import TRUTH, Instalment, Source, path_of
from simulation.moments import HOUR, MINUTE, iso
from simulation.tape import Delivered, Event
from simulation.world import World

WINDOW = 4_000  # lines
# How often a line comes twice, and how many lines later.
_REPETITIONS = ((rates.DUPLICATED_AT_ONCE, (1, 1)), (rates.DUPLICATED_FAR, (300, 900)))

_ID_FIELD: dict[Source, str] = {
    "segment_calls": "messageId",
    "relyv_sessions": "session_id",
    "relyv_session_events": "event_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The compressed lines of some people, to be appended to each file."""

    people: int
    members: Mapping[str, bytes]
    rows: Mapping[str, int]
    truth: Mapping[str, int]


class Delivery:
    """Takes lines and truth in, gives a block out."""

    def __init__(self, world: World, rng: Random) -> None:
        self._end = world.end_ms
        self._rng = rng
        self._waiting: dict[tuple[Instalment, Source], list[str]] = {}
        self._members: dict[str, _Member] = {}
        self._rows: Counter[str] = Counter()
        self._truth: Counter[str] = Counter()

    def post(self, source: Source, lines: Iterable[Delivered | Event]) -> None:
        """Deliver lines, each to the instalment of its receipt."""
        for delivered in lines:
            instalment: Instalment = (
                "raw" if delivered.received <= self._end else "later"
            )
            self._enqueue(instalment, source, delivered.line)

    def tell(self, kind: str, **facts: object) -> None:
        """Write down something that is true of this world."""
        self._truth[kind] += 1
        self._write(TRUTH, [orjson.dumps({"kind": kind, **facts}).decode()])

    def close(self, people: int) -> Block:
        """Deliver what still waits."""
        # Raw first: what it repeats on the later day is waiting only then.
        for part in get_args(Instalment):
            for instalment, source in [*self._waiting]:
                if instalment == part:
                    self._flush(instalment, source)
        members = {path: member.close() for path, member in self._members.items()}
        return Block(people=people, members=members, rows=self._rows, truth=self._truth)

    def _enqueue(self, instalment: Instalment, source: Source, line: str) -> None:
        queue = self._waiting.setdefault((instalment, source), [])
        queue.append(line)
        if len(queue) >= WINDOW:
            self._flush(instalment, source)

    def _flush(self, instalment: Instalment, source: Source) -> None:
        lines = self._waiting.pop((instalment, source))
        if source != "relyv_deletions":
            self._shuffle(lines)
            if instalment == "raw":
                self._repeat(source, lines)
        self._write(path_of(instalment, source), lines)

    def _write(self, path: str, lines: list[str]) -> None:
        self._rows[path] += len(lines)
        self._members.setdefault(path, _Member()).add(lines)

    def _shuffle(self, lines: list[str]) -> None:
        """Let some lines overtake some others."""
        for _ in range(self._some(lines, rates.OUT_OF_ORDER)):
            here = int(self._rng.random() * len(lines))
            there = min(len(lines) - 1, here + 1 + int(self._rng.random() * 50))
            lines[here], lines[there] = lines[there], lines[here]

    def _repeat(self, source: Source, lines: list[str]) -> None:
        """Deliver some lines twice: at once, much further down, or after the end."""
        for share, distance in _REPETITIONS:
            for _ in range(self._some(lines, share)):
                here = int(self._rng.random() * len(lines))
                lines.insert(here + self._rng.randint(*distance), lines[here])
                self._tell_duplicate(source, lines[here], "raw")
        # A session's row comes again only when it has changed.
        if source == "relyv_sessions":
            return
        for _ in range(self._some(lines, rates.DUPLICATED_AFTER_END)):
            line = lines[int(self._rng.random() * len(lines))]
            received = self._end + MINUTE + int(self._rng.random() * 20 * HOUR)
            self._enqueue("later", source, _received_again(line, received))
            self._tell_duplicate(source, line, "later")

    def _tell_duplicate(
        self, source: Source, line: str, instalment: Instalment
    ) -> None:
        row_id = orjson.loads(line)[_ID_FIELD[source]]
        self.tell("duplicate", source=source, id=row_id, instalment=instalment)

    def _some(self, lines: list[str], share: float) -> int:
        return int(len(lines) * share + self._rng.random())


class _Member:
    """A gzip member that is written piece by piece."""

    def __init__(self) -> None:
        # 31 asks zlib for gzip's own header, in which the time is zero.
        self._compress = zlib.compressobj(1, zlib.DEFLATED, 31)
        self._pieces: list[bytes] = []

    def add(self, lines: list[str]) -> None:
        if lines:
            text = "\n".join(lines) + "\n"
            self._pieces.append(self._compress.compress(text.encode()))

    def close(self) -> bytes:
        return b"".join([*self._pieces, self._compress.flush()])


def _received_again(line: str, received: int) -> str:
    """The same line from a retry that got through much later."""
    message = orjson.loads(line)
    if "messageId" in message:
        message["sentAt"] = iso(received - 100)
        message["receivedAt"] = iso(received)
    else:
        message["received_at"] = iso(received)
    return orjson.dumps(message).decode()
