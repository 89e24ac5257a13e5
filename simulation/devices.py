"""The devices people browse with, and the places where several people share one."""

from dataclasses import dataclass
from random import Random

from simulation import rates
from simulation.browsers import BROWSERS, MONITORS, Browser
from simulation.casting import Part
from simulation.people import Person
from simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser with a cookie: both Segment and the replay tool know it by that."""

    anonymous_id: str
    browser: Browser
    skew: int
    """Milliseconds by which its clock is ahead."""
    place: str | None = None
    """The sort of place that shares it; None for somebody's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What one person browses with."""

    own: tuple[Device, ...]
    shared: Device | None = None
    only_shared: bool = False


def own_devices(rng: Random, person: Person) -> tuple[Device, ...]:
    """One device, or two; a monitor's looks like a monitor's."""
    if person.bot_kind == "monitor":
        return (_device(rng, rng.choice(MONITORS)),)
    count = 2 if Part.TWO_DEVICES in person.parts else 1
    return tuple(_device(rng, rng.choice(BROWSERS)) for _ in range(count))


def shared_devices(
    rng: Random, world: World, casts: list[frozenset[Part]]
) -> dict[int, Device]:
    """Seat some of a block's people at shared devices: seat -> device."""
    seats = [seat for seat, parts in enumerate(casts) if Part.BOT not in parts]
    rng.shuffle(seats)
    seated: dict[int, Device] = {}
    for place, share in rates.SHARING[world.kind].items():
        room = min(round(share * len(casts)), len(seats))
        while room > 1:
            members = [seats.pop() for _ in range(min(room, _size(rng, place)))]
            device = _device(rng, rng.choice(BROWSERS), place)
            seated.update(dict.fromkeys(members, device))
            room -= len(members)
    return seated


def _size(rng: Random, place: str) -> int:
    return rng.randint(*rates.PLACE_SIZE[place])


def _device(rng: Random, browser: Browser, place: str | None = None) -> Device:
    skewed = rng.random() < rates.SKEWED_CLOCKS
    limit = rates.LARGEST_SKEW_MS
    return Device(
        anonymous_id=_uuid4(rng),
        browser=browser,
        skew=rng.randint(-limit, limit) if skewed else 0,
        place=place,
    )


def _uuid4(rng: Random) -> str:
    bits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[rng.getrandbits(2)]
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-{variant}{bits[17:20]}-{bits[20:]}"
