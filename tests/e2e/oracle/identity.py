"""Who is who: observations -> people -> profiles.

The rules are those of the page on identity, by union of sets.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.e2e.oracle.landed import Counting
from tests.e2e.oracle.observations import Observation, first_of, usable
from tests.e2e.oracle.ownership import Links, Strength, components, owners
from tests.e2e.oracle.settings import Identifier, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Two names that are said to be one; `user` is the one that stays."""

    received_at: datetime
    event_id: str
    previous: Identifier
    user: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One somebody, named by the strongest of their identifiers."""

    canonical: Identifier
    first_device: str | None

    @property
    def user_id(self) -> str | None:
        kind, value = self.canonical
        return value if kind == "user_id" else None

    @property
    def profile_id(self) -> str:
        return hashlib.md5(":".join(self.canonical).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """
    The answer.

    Attributes:
        owner: The profile of each identifier; None when it is shared.
        nobodys: Identifiers that are not one profile's own: shared or quarantined.
    """

    owner: dict[Identifier, Profile | None]
    nobodys: set[Identifier]


def identities(
    rows: Counting, observed: list[Observation], settings: Settings
) -> Identities:
    """Find every profile, and what belongs to it."""
    aliases = _aliases(rows, observed, settings)
    strength = _strengths(observed, aliases, settings)
    stars = _stars(observed, aliases, strength)
    quarantined = _super_nodes(stars, settings)
    person_of = _people(aliases, strength)
    links = _between_people(stars, quarantined, person_of)

    nodes = {person_of[each] for each in strength}
    canonical: dict[Identifier, Identifier | None] = {}
    for component in components(nodes, links):
        canonical |= owners(component, links, strength, settings)
    named = {each: canonical[person_of[each]] for each in strength}
    named |= {each: each for each in _over_limit(named, strength, settings)}

    profiles = _profiles(named, strength)
    owner = {each: profiles[by] if by else None for each, by in named.items()}
    shared = {each for each, profile in owner.items() if profile is None}
    return Identities(owner=owner, nobodys=shared | quarantined)


def _aliases(
    rows: Counting, observed: list[Observation], settings: Settings
) -> list[Alias]:
    """In order of receipt. What was only ever seen as a device's id is one."""
    seen = {each for observation in observed for each in observation.identifiers}
    found = []
    for row in rows.calls:
        named = [("user_id", row.get("previous_id")), ("user_id", row["user_id"])]
        kept = [*usable(named, settings)]
        if row.get("previous_id") is None or len({*kept}) < 2:
            continue
        previous, user = kept
        device = ("anonymous_id", previous[1])
        is_device = previous not in seen and device in seen
        found.append(
            Alias(
                received_at=row["received_at"],
                event_id=row["id"],
                previous=device if is_device else previous,
                user=user,
            )
        )
    return sorted(found, key=lambda alias: (alias.received_at, alias.event_id))


def _strengths(
    observed: list[Observation], aliases: list[Alias], settings: Settings
) -> Strength:
    """Identifiers compare by priority, then by when they were first received."""
    received: dict[Identifier, datetime] = {}
    seen = [(each, o.received_at) for o in observed for each in o.identifiers]
    seen += [(alias.previous, alias.received_at) for alias in aliases]
    for identifier, at in seen:
        received[identifier] = min(at, received.get(identifier, at))
    return {
        (kind, value): (settings.identifier_types[kind].priority, at, kind, value)
        for (kind, value), at in received.items()
    }


def _stars(
    observed: list[Observation], aliases: list[Alias], strength: Strength
) -> set[tuple[Identifier, Identifier]]:
    """Each event ties its strongest identifier to each of its others."""
    pairs: set[tuple[Identifier, Identifier]] = set()
    named = {each.identifiers for each in observed if each.identifiers}
    for identifiers in named:
        strongest = min(identifiers, key=strength.__getitem__)
        pairs |= {(strongest, each) for each in identifiers if each != strongest}
    pairs |= {
        (alias.user, alias.previous)
        for alias in aliases
        if alias.previous[0] != "user_id"
    }
    return pairs


def _super_nodes(
    pairs: set[tuple[Identifier, Identifier]], settings: Settings
) -> set[Identifier]:
    """What is tied to more others than anybody's own thing would be."""
    others: Links = defaultdict(set)
    for one, other in pairs:
        others[one].add(other)
        others[other].add(one)
    return {
        identifier
        for identifier, tied in others.items()
        if (most := settings.identifier_types[identifier[0]].max_degree)
        and len(tied) > most
    }


def _people(aliases: list[Alias], strength: Strength) -> dict[Identifier, Identifier]:
    """Each user id and the one it goes by: the target of the last alias."""
    group = {each: frozenset({each}) for each in strength}
    goes_by = {each: each for each in strength}
    for alias in aliases:
        if alias.previous[0] == "user_id":
            joined = group[alias.previous] | group[alias.user]
            group |= dict.fromkeys(joined, joined)
            goes_by |= dict.fromkeys(joined, alias.user)
    return goes_by


def _between_people(
    pairs: set[tuple[Identifier, Identifier]],
    quarantined: set[Identifier],
    person_of: dict[Identifier, Identifier],
) -> Links:
    links: Links = defaultdict(set)
    for pair in pairs:
        one, other = (person_of[each] for each in pair)
        if quarantined.isdisjoint(pair) and one != other:
            links[one].add(other)
            links[other].add(one)
    return links


def _over_limit(
    named: dict[Identifier, Identifier | None], strength: Strength, settings: Settings
) -> set[Identifier]:
    """A profile keeps the first of a type; the others are on their own."""
    kept: dict[tuple[Identifier, str], int] = defaultdict(int)
    over = set()
    for each in sorted(named, key=strength.__getitem__):
        canonical, kind = named[each], settings.identifier_types[each[0]]
        if canonical and kind.max_per_profile:
            kept[canonical, each[0]] += 1
            if kept[canonical, each[0]] > kind.max_per_profile:
                over.add(each)
    return over


def _profiles(
    named: dict[Identifier, Identifier | None], strength: Strength
) -> dict[Identifier, Profile]:
    members: dict[Identifier, list[Identifier]] = defaultdict(list)
    for identifier, canonical in named.items():
        if canonical:
            members[canonical].append(identifier)
    return {
        canonical: Profile(
            canonical=canonical,
            first_device=first_of(
                sorted(them, key=strength.__getitem__), "anonymous_id"
            ),
        )
        for canonical, them in members.items()
    }
