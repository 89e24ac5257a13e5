"""The answers that a test wants the next tracking requests to get."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One answer in place of the sandbox's own, for a number of requests.

    With a status of None the connection is closed without an answer. What `store`s has
    taken the messages in before it fails: the sender cannot know. What `matches` is
    due to the requests alone whose body, as it was before gzip, has this text in it;
    the others pass it by. `after` requests are let through first.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    store: bool = False
    times: int = 1
    after: int = 0
    matches: str | None = None


class Faults:
    """The faults to come, first in first out."""

    def __init__(self) -> None:
        self._queue: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Put a fault behind those that are waiting."""
        if fault.times > 0:
            self._queue.append(fault)

    def next(self, body: Callable[[], bytes] = bytes) -> Fault | None:
        """Take the first fault that the request at hand is due."""
        for place, fault in enumerate(self._queue):
            if fault.matches is not None and fault.matches.encode() not in body():
                continue
            if fault.after > 0:
                self._queue[place] = replace(fault, after=fault.after - 1)
                return None
            if fault.times > 1:
                self._queue[place] = replace(fault, times=fault.times - 1)
            else:
                del self._queue[place]
            return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        self._queue.clear()


def fault_from(fields: object) -> Fault:
    """
    Read one fault as the inspection API has it.

    Raises:
        ValueError: A field is unknown, missing or of the wrong kind.
    """
    if not isinstance(fields, Mapping) or "status" not in fields:
        raise ValueError("A fault is an object with a status; null is no answer.")
    unknown = set(fields) - set(_KINDS)
    wrong = [
        name
        for name, kinds in _KINDS.items()
        if name in fields and type(fields[name]) not in kinds
    ]
    if unknown or wrong:
        named = ", ".join(sorted(map(str, [*unknown, *wrong])))
        raise ValueError(f"A fault has no such field, or not of this kind: {named}.")
    if fields["status"] is not None and not 200 <= fields["status"] <= 599:
        raise ValueError("A fault's status is from 200 to 599, or null.")
    if not all(isinstance(text, str) for text in fields.get("headers", {}).values()):
        raise ValueError("A fault's headers are text.")
    return Fault(**fields)


_KINDS: Mapping[str, frozenset[type]] = {
    "status": frozenset({int, type(None)}),
    "headers": frozenset({dict}),
    "delay_seconds": frozenset({int, float}),
    "store": frozenset({bool}),
    "times": frozenset({int}),
    "after": frozenset({int}),
    "matches": frozenset({str, type(None)}),
}
