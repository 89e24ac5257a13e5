"""Turn a person's parts into a person: their names, ids and the days that change them.

A person is drawn from their own random numbers, so no neighbour can alter them.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from simulation import rates
from simulation.casting import Part
from simulation.moments import HOUR
from simulation.world import World

LogsIn = Literal["never", "late", "early"]
BotKind = Literal["webdriver", "monitor", "metronome"]
BOT_KINDS: tuple[BotKind, ...] = ("webdriver", "monitor", "metronome")

COUNTRIES = {
    "us": (("US", "en-US", "America/New_York"), ("CA", "en-CA", "America/Toronto")),
    "eu": (("DE", "de-DE", "Europe/Berlin"), ("FR", "fr-FR", "Europe/Paris")),
}
FIRST_NAMES = ("Ann", "Bo", "Chi", "Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jo")
LAST_NAMES = ("Abel", "Berg", "Cruz", "Diaz", "Endo", "Falk", "Gray", "Holm", "Ito")
PLANS = ("free", "free", "pro", "enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, or something, that visits the shop."""

    index: int
    parts: frozenset[Part]
    person_id: str
    first_name: str
    plan: str
    user_ids: tuple[str, ...]
    emails: tuple[str, ...]
    account_id: str | None
    external_ids: tuple[tuple[str, str], ...]
    region: str
    country: str
    language: str
    timezone: str
    bot_kind: BotKind | None
    renamed_at: int | None
    email_changed_at: int | None

    @property
    def logs_in(self) -> LogsIn:
        if Part.NEVER in self.parts:
            return "never"
        return "early" if Part.EARLY in self.parts else "late"

    def user_id_at(self, moment: int) -> str:
        """The id under which they are logged in at that moment."""
        is_renamed = self.renamed_at is not None and moment >= self.renamed_at
        return self.user_ids[-1 if is_renamed else 0]

    def email_at(self, moment: int) -> str:
        """The address they give at that moment."""
        at = self.email_changed_at
        return self.emails[-1 if at is not None and moment >= at else 0]


def make_person(
    rng: Random,
    world: World,
    index: int,
    parts: frozenset[Part],
    *,
    bot_kind: BotKind | None,
) -> Person:
    """Draw the person who sits at `index` of the world."""
    region = "eu" if rng.random() < rates.IN_EU else "us"
    country, language, timezone = rng.choice(COUNTRIES[region])
    first_name = rng.choice(FIRST_NAMES)
    return Person(
        index=index,
        parts=parts,
        person_id=f"person-{index}",
        first_name=first_name,
        plan=rng.choice(PLANS),
        user_ids=_user_ids(rng, index, parts),
        emails=_emails(rng, index, parts, first_name),
        account_id=_account_id(index, parts),
        external_ids=_external_ids(rng, index, parts),
        region=region,
        country=country,
        language=language,
        timezone=timezone,
        bot_kind=bot_kind if Part.BOT in parts else None,
        renamed_at=_change(rng, world, parts, Part.RENAMED, Part.RENAMED_AFTER_END),
        email_changed_at=_change(
            rng, world, parts, Part.EMAIL_CHANGED, Part.EMAIL_CHANGED_AFTER_END
        ),
    )


def _user_ids(rng: Random, index: int, parts: frozenset[Part]) -> tuple[str, ...]:
    if Part.NEVER in parts:
        return ()
    renames = parts & {Part.RENAMED, Part.RENAMED_AFTER_END}
    return tuple(
        f"u{index:06d}{rng.getrandbits(24):06x}" for _ in range(2 if renames else 1)
    )


def _emails(
    rng: Random, index: int, parts: frozenset[Part], first_name: str
) -> tuple[str, ...]:
    if Part.NEVER in parts and Part.SUBSCRIBES not in parts:
        return ()
    name = f"{first_name}.{rng.choice(LAST_NAMES)}{index}".lower()
    first = f"{name}@{'relyv.example' if Part.STAFF in parts else 'example.com'}"
    if parts & {Part.EMAIL_CHANGED, Part.EMAIL_CHANGED_AFTER_END}:
        return (first, f"{name}@example.org")
    return (first,)


def _account_id(index: int, parts: frozenset[Part]) -> str | None:
    if Part.HAS_ACCOUNT not in parts:
        return None
    return f"acct-{int(index * rates.HAS_ACCOUNT) // rates.PEOPLE_PER_ACCOUNT}"


def _external_ids(
    rng: Random, index: int, parts: frozenset[Part]
) -> tuple[tuple[str, str], ...]:
    if Part.IN_CRM not in parts:
        return ()
    ids = (
        ("salesforce_id", f"003{index:08d}{rng.getrandbits(28):07X}"),
        ("hubspot_id", f"{9_000_000 + index}"),
        ("customerio_id", f"cio{index:06x}{rng.getrandbits(40):010x}"),
    )
    return tuple(rng.sample(ids, 1 + int(rng.random() * 3)))


def _change(
    rng: Random,
    world: World,
    parts: frozenset[Part],
    in_history: Part,
    after_end: Part,
) -> int | None:
    """The moment of a change, if one of the two parts asks for it."""
    middle = world.start_ms + int(
        (world.end_ms - world.start_ms) * (0.3 + 0.4 * rng.random())
    )
    if in_history in parts:
        return middle
    if after_end in parts:
        return world.end_ms + HOUR + int(rng.random() * HOUR)
    return None
