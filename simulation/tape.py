"""The replay tool's events of one session, recorded in the order they happen.

The tape holds the session's clock: playing a session means adding and waiting.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from simulation import rates
from simulation.catalogue import Page
from simulation.fragments import fragment
from simulation.moments import SECOND, iso
from simulation.visits import Visit

BATCH = 5 * SECOND  # the recorder uploads this often
TRANSIT = 400  # milliseconds from the browser into the file


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line, and when it was received: that decides the file it is in."""

    received: int
    line: str


class Event(NamedTuple):
    """A recorded event; a named tuple, since a world holds millions."""

    received: int
    at: int
    event_type: str
    event_id: str
    line: str


class Tape:
    """Records events at `now`; `wait` moves the clock."""

    def __init__(self, visit: Visit, rng: Random) -> None:
        self.now = visit.started
        self.events: list[Event] = []
        self.paths: list[str] = []
        self._arrives = visit.arrives
        self._session_id = visit.session_id
        # What a session that straddles the end says has to be true to the second.
        self._skew = 0 if visit.is_unfinished else visit.device.skew
        self._tabs = 2 if rng.random() < rates.SECOND_TAB else 1
        self._tab_number = 1
        self._tab = ""
        self._page = ""
        self._received = 0
        self._received_text = ""

    @property
    def skew(self) -> int:
        """How far the browser's clock is ahead."""
        return self._skew

    def turn_to(self, page: Page, *, in_this_tab: bool = False) -> None:
        """Let the events from here on be of this page; a second tab opens halfway."""
        self.paths.append(page.path)
        number = len(self.paths)
        if number > 2 and not in_this_tab:
            self._tab_number = self._tabs
        session_id = self._session_id
        tab_id = f"{session_id}-t{self._tab_number}"
        self._tab = fragment(session_id=session_id, tab_id=tab_id)
        self._page = f'{page.relyv}"page_view_id":"{session_id}-p{number}",'

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now += milliseconds

    def add(self, event_type: str, fields: str = "") -> str:
        """Record an event with these fields and return its id."""
        now = self.now
        received = self._arrives or now + BATCH - now % BATCH + TRANSIT
        if received != self._received:
            self._received = received
            self._received_text = iso(received)
        seq = len(self.events)
        event_id = f"{self._session_id}-{seq}"
        line = (
            f'{{"event_id":"{event_id}",{self._tab}"seq":{seq},'
            f'"event_type":"{event_type}","ts":"{iso(now)}",'
            f'"client_ts_ms":{now + self._skew},'
            f'"received_at":"{self._received_text}",'
            f'{self._page}{fields}"schema_version":1}}'
        )
        self.events.append(Event(received, now, event_type, event_id, line))
        return event_id
