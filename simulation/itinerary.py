"""Plan the visits of one person: their history, and the day after the end."""

from dataclasses import replace
from math import ceil
from random import Random

from simulation import rates
from simulation.casting import Part
from simulation.devices import Belongings, Device
from simulation.moments import DAY, HOUR, SECOND
from simulation.people import Person
from simulation.visits import LAST_START, LONGEST, Mood, Visit
from simulation.world import World

REST_OF_DAY = 18 * HOUR  # of the later day, after its first three hours


def plan_visits(
    rng: Random, world: World, person: Person, belongings: Belongings
) -> list[Visit]:
    """Every visit of one person, on both sides of the end."""
    planner = _Planner(rng, world, person, belongings)
    visits = [*planner.history(), *planner.stragglers(), *planner.later()]
    if Part.LATE in person.parts and Part.LOGS_IN_AFTER_END not in person.parts:
        visits = planner.with_first_login(visits)
    return visits


class _Planner:
    """Draws one person's visits, in a fixed order of questions to one generator."""

    def __init__(
        self, rng: Random, world: World, person: Person, belongings: Belongings
    ) -> None:
        self._rng = rng
        self._world = world
        self._person = person
        self._parts = person.parts
        self._belongings = belongings
        self._count = 0

    def history(self) -> list[Visit]:
        """The visits that are over, and delivered, by the end."""
        least = ceil(rates.VISITS_PER_MONTH * self._world.days / 30)
        count = least + int(self._rng.random() ** 2 * least / 2)
        first, last = self._world.start_ms, self._world.end_ms - LAST_START
        starts = self._spread(first, last, count)
        visits = self._in_sittings([self._visit(start) for start in starts])
        if Part.REPORTS_BUG in self._parts:
            chosen = int(self._rng.random() * count)
            visits[chosen] = self._with_bug(visits[chosen])
        return visits

    def _in_sittings(self, visits: list[Visit]) -> list[Visit]:
        """Who sits down at a shared device pays a few visits before they get up."""
        seated: list[Visit] = []
        last, left = None, 0
        for visit in visits:
            if visit.device.place is None:
                seated.append(visit)
                continue
            if last and left:
                pause = int(self._rng.random() * rates.PAUSE_IN_SITTING_MS)
                visit = _moved(visit, last.started + LONGEST + pause)
                left -= 1
            else:
                left = self._rng.randint(0, rates.MORE_IN_SITTING)
            seated.append(visit)
            last = visit
        return sorted(seated, key=lambda visit: (visit.started, visit.session_id))

    def stragglers(self) -> list[Visit]:
        """A visit too short to count, one that arrives late, one cut by the end."""
        end = self._world.end_ms
        recent = min(3, self._world.days) * DAY
        visits = []
        if Part.BOUNCES in self._parts:
            visits.append(self._visit(self._before_end(recent), mood=Mood.BOUNCE))
        if Part.ARRIVES_AFTER_END in self._parts:
            arrives = end + HOUR + int(self._rng.random() * 4 * HOUR)
            start = self._before_end(recent)
            visits.append(replace(self._visit(start), arrives=arrives))
        if Part.UNFINISHED in self._parts:
            start = end - 20 * SECOND - int(self._rng.random() * 15 * SECOND)
            visit = self._visit(start, device=self._belongings.own[0])
            visits.append(replace(visit, is_unfinished=True))
        return visits

    def later(self) -> list[Visit]:
        """The visits of the day after the end; the first one brings the news."""
        if not self._parts & _COMES_BACK:
            return []
        count = 2 if self._rng.random() < rates.RETURNS_TWICE else 1
        morning = self._world.end_ms + 3 * HOUR
        starts = self._spread(morning, morning + REST_OF_DAY, count)
        visits = [self._visit(start) for start in starts]
        if Part.MELTS_DOWN_AFTER_END in self._parts:
            visits[0] = replace(visits[0], mood=Mood.MELTDOWN)
        if Part.REPORTS_BUG_AFTER_END in self._parts:
            visits[0] = self._with_bug(visits[0])
        if Part.LOGS_IN_AFTER_END in self._parts:
            own = self._belongings.own[0]
            visits[0] = replace(visits[0], device=own, is_first_login=True)
        return visits

    def with_first_login(self, visits: list[Visit]) -> list[Visit]:
        """Choose the visit in which somebody who was anonymous logs in."""
        end = self._world.end_ms
        fitting = [
            seat
            for seat, visit in enumerate(visits)
            if visit.started < end - LAST_START
            and (visit.arrives is None or visit.arrives < end)
            and visit.mood is not Mood.BOUNCE
        ]
        chosen = self._rng.choice(fitting[1:] or fitting)
        device = visits[chosen].device
        if Part.DEVICE_ALIASED in self._parts:
            device = self._belongings.own[0]
        visits[chosen] = replace(visits[chosen], device=device, is_first_login=True)
        return visits

    def _visit(
        self, start: int, *, mood: Mood | None = None, device: Device | None = None
    ) -> Visit:
        self._count += 1
        tail = self._rng.getrandbits(28)
        return Visit(
            session_id=f"{self._person.index:06x}{self._count:03x}{tail:07x}",
            person=self._person,
            device=device or self._device(),
            started=start,
            mood=mood or self._mood(),
            arrives=self._arrival(start),
        )

    def _spread(self, first: int, last: int, count: int) -> list[int]:
        """Moments that keep apart: one in each of `count` equal stretches."""
        width = (last - first) / count
        return [
            first + int(width * (seat + 0.7 * self._rng.random()))
            for seat in range(count)
        ]

    def _before_end(self, recent: int) -> int:
        room = recent - 2 * LAST_START
        return self._world.end_ms - LAST_START - int(self._rng.random() * room)

    def _arrival(self, start: int) -> int | None:
        """Some deliveries take hours; none of these crosses the end."""
        delay = int((0.5 + self._rng.random()) * 6 * HOUR)
        is_late = self._rng.random() < rates.DELIVERED_LATE
        arrives = start + LONGEST + delay
        latest = self._world.end_ms - LAST_START
        return arrives if is_late and arrives < latest else None

    def _device(self) -> Device:
        mine = self._belongings
        chance = self._rng.random()
        if mine.shared and mine.shared.place:
            often = rates.VISITS_ON_SHARED[mine.shared.place]
            if mine.only_shared or self._rng.random() < often:
                return mine.shared
        return mine.own[-1 if chance < rates.VISITS_ON_SECOND else 0]

    def _mood(self) -> Mood:
        if Part.BOT in self._parts:
            return Mood.BOT
        chronic = Part.CHRONIC in self._parts
        calm = rates.CHRONIC_CALM if chronic else rates.CALM
        irritated = rates.CHRONIC_IRRITATED if chronic else rates.IRRITATED
        chance = self._rng.random()
        if chance < calm:
            return Mood.CALM
        return Mood.IRRITATED if chance < calm + irritated else Mood.MELTDOWN

    def _with_bug(self, visit: Visit) -> Visit:
        """Who reports a bug has met one."""
        mood = Mood.IRRITATED if self._rng.random() < 0.5 else Mood.MELTDOWN
        return replace(visit, mood=mood, reports_bug=True)


def _moved(visit: Visit, started: int) -> Visit:
    delay = visit.arrives and visit.arrives - visit.started
    return replace(visit, started=started, arrives=delay and started + delay)


_COMES_BACK = frozenset(
    {
        Part.RETURNS,
        Part.MELTS_DOWN_AFTER_END,
        Part.REPORTS_BUG_AFTER_END,
        Part.LOGS_IN_AFTER_END,
        Part.RENAMED_AFTER_END,
        Part.EMAIL_CHANGED_AFTER_END,
    }
)
