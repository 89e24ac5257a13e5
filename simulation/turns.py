"""Let people who share a device take turns: nobody interrupts anybody."""

from collections.abc import Iterable

from simulation.moments import HOUR
from simulation.visits import LAST_START, LONGEST, Visit
from simulation.world import World


def take_turns(visits: Iterable[Visit], world: World) -> list[tuple[str, int]]:
    """
    When each visit to one shared device begins, once nobody interrupts anybody.

    A visit that would be pushed out of its day is left out: its person goes home.
    """
    turns: list[tuple[str, int]] = []
    free_at = 0
    for visit in sorted(visits, key=lambda visit: (visit.started, visit.session_id)):
        is_later = visit.started > world.end_ms
        limit = world.end_ms + (23 * HOUR if is_later else -LAST_START)
        started = max(visit.started, free_at)
        if started <= limit:
            turns.append((visit.session_id, started))
            free_at = started + LONGEST
    return turns
