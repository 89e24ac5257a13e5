"""A visit to the shop, before it is played: who, when, where and in which mood."""

from dataclasses import dataclass
from enum import StrEnum, auto

from simulation.devices import Device
from simulation.moments import HOUR, MINUTE
from simulation.people import Person

LONGEST = 20 * MINUTE
LAST_START = HOUR  # before the end: what starts later might be cut in two


class Mood(StrEnum):
    """How a visit goes."""

    CALM = auto()
    IRRITATED = auto()
    MELTDOWN = auto()
    BOUNCE = auto()
    BOT = auto()


class Login(StrEnum):
    """What the device knows of the person during a visit."""

    OUT = auto()
    REMEMBERED = auto()
    IN_SESSION = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One session to be played."""

    session_id: str
    person: Person
    device: Device
    started: int
    mood: Mood
    login: Login = Login.OUT
    is_first_login: bool = False
    introduces: bool = False
    """Whether the browser identifies the person although it remembers them."""
    reports_bug: bool = False
    is_unfinished: bool = False
    arrives: int | None = None
    """When everything about it is delivered; None is within seconds."""
