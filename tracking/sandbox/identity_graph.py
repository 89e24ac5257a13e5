"""Identifiers of one message after another -> profiles, as Unify resolves them.

Deterministic: the same messages in the same order make the same profiles. Pure.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tracking.sandbox.identifiers import Identifier

# Documented (Unify, "Identity resolution settings"): values of one type in a profile.
LIMITS: Mapping[str, int] = {"user_id": 1}
OTHER_LIMIT = 5
# Documented (Unify, "Product limits"), for one profile.
MOST_MERGES = 100
MOST_MAPPINGS = 1_000


@dataclass(slots=True, kw_only=True)
class Profile:
    """One person: their identifiers, in the order in which they came."""

    segment_id: str
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """
    Which profile a message belongs to, and what it taught.

    `points_to` are the rows of `id_graph_updates`: a profile and its canonical one.
    """

    profile: Profile
    added: Sequence[Identifier] = ()
    points_to: Sequence[tuple[str, str]] = ()


class IdentityGraph:
    """The profiles so far."""

    def __init__(self, new_id: Callable[[int], str] = "use_{:027d}".format) -> None:
        self._new_id = new_id
        self._made = 0
        self._owners: dict[Identifier, Profile] = {}

    def profile_of(self, identifier: Identifier) -> Profile | None:
        """Whose it is."""
        return self._owners.get(identifier)

    def profiles(self) -> list[Profile]:
        """All of them, merged ones in those that they were merged into."""
        return list({p.segment_id: p for p in self._owners.values()}.values())

    def resolve(self, identifiers: Sequence[Identifier]) -> Resolved | None:
        """
        Find or make the profile of a message with these, the most telling first.

        While a type would exceed its limit, the least telling one is given up and the
        rest is matched again. None stands for a message that nothing is left of.
        """
        for count in range(len(identifiers), 0, -1):
            kept = identifiers[:count]
            matched = self._matched(kept)
            if _fits(matched, kept):
                return self._take(matched, kept)
        return None

    def _matched(self, identifiers: Sequence[Identifier]) -> list[Profile]:
        """The profiles that are named, the oldest first: others merge into it."""
        found = {
            owner.segment_id: owner
            for identifier in identifiers
            if (owner := self._owners.get(identifier))
        }
        return [found[segment_id] for segment_id in sorted(found)]

    def _take(
        self, matched: Sequence[Profile], identifiers: Sequence[Identifier]
    ) -> Resolved:
        if not matched:
            return self._create(identifiers)
        canonical, *others = matched
        merges = len(canonical.merged) + sum(1 + len(other.merged) for other in others)
        if others and merges > MOST_MERGES:
            # Full: nothing is added any more, and the message still has its profile.
            strongest = next(i for i in identifiers if i in self._owners)
            return Resolved(profile=self._owners[strongest])
        points_to = self._merge(canonical, others)
        return Resolved(
            profile=canonical,
            added=self._add(canonical, identifiers),
            points_to=points_to,
        )

    def _create(self, identifiers: Sequence[Identifier]) -> Resolved:
        profile = Profile(segment_id=self._new_id(self._made))
        self._made += 1
        return Resolved(
            profile=profile,
            added=self._add(profile, identifiers),
            points_to=[(profile.segment_id, profile.segment_id)],
        )

    def _merge(
        self, canonical: Profile, others: Sequence[Profile]
    ) -> list[tuple[str, str]]:
        points_to = []
        for other in others:
            moved = [other.segment_id, *other.merged]
            canonical.merged += moved
            points_to += [(segment_id, canonical.segment_id) for segment_id in moved]
            canonical.identifiers |= other.identifiers
            self._owners |= dict.fromkeys(other.identifiers, canonical)
        return points_to

    def _add(
        self, profile: Profile, identifiers: Sequence[Identifier]
    ) -> list[Identifier]:
        room = MOST_MAPPINGS - len(profile.identifiers)
        added = [i for i in identifiers if i not in profile.identifiers][: max(room, 0)]
        profile.identifiers |= dict.fromkeys(added)
        self._owners |= dict.fromkeys(added, profile)
        return added


def _fits(matched: Sequence[Profile], identifiers: Sequence[Identifier]) -> bool:
    together = set(identifiers)
    for profile in matched:
        together |= profile.identifiers.keys()
    kinds = Counter(kind for kind, _ in together)
    return all(count <= LIMITS.get(k, OTHER_LIMIT) for k, count in kinds.items())
