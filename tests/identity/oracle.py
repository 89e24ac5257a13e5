"""The rules of identity, by brute force over one story's raw calls.

Slow and plain on purpose, and written without a look at the models: union-find for
people and components, breadth-first search for ownership.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from tests.identity.histories import Row

Identifier = tuple[str, str]
PRIORITIES = {"user_id": 1, "email": 2, "anonymous_id": 7}
TIERS = {"user_id": 1, "email": 1, "anonymous_id": 2}
MOST_EMAILS = 5


def owners(calls: Iterable[Row]) -> dict[Identifier, Identifier | None]:
    """Each identifier and the canonical identifier of its profile; None is shared."""
    calls = list(calls)
    observed = [_identifiers(call) for call in calls]
    aliases = _typed_aliases(calls, observed)
    strength = _strengths(calls, observed, aliases)
    person = _people(aliases, strength)
    neighbours = _neighbours(observed, aliases, strength, person)

    found: dict[Identifier, Identifier | None] = {}
    for component in _components({person(each) for each in strength}, neighbours):
        found |= _owners_in(component, neighbours, strength)
    return _within_limits({each: found[person(each)] for each in strength}, strength)


def _identifiers(call: Row) -> set[Identifier]:
    named = {
        ("user_id", call["user_id"]),
        ("anonymous_id", call["anonymous_id"]),
        ("email", call["context_traits_email"]),
    }
    return {(kind, str(value)) for kind, value in named if value is not None}


Alias = tuple[datetime, str, Identifier, Identifier]


def _typed_aliases(calls: list[Row], observed: list[set[Identifier]]) -> list[Alias]:
    seen = set().union(*observed)
    aliases = []
    for call in calls:
        previous, user = call.get("previous_id"), call["user_id"]
        if previous is None or previous == user:
            continue
        device = ("anonymous_id", str(previous))
        as_user = ("user_id", str(previous))
        before = device if as_user not in seen and device in seen else as_user
        received = call["received_at"]
        assert isinstance(received, datetime)
        aliases.append((received, str(call["id"]), before, ("user_id", str(user))))
    return sorted(aliases)


Strength = dict[Identifier, tuple[int, datetime, str, str]]


def _strengths(
    calls: list[Row], observed: list[set[Identifier]], aliases: list[Alias]
) -> Strength:
    received: dict[Identifier, list[datetime]] = defaultdict(list)
    for call, identifiers in zip(calls, observed, strict=True):
        assert isinstance(call["received_at"], datetime)
        for identifier in identifiers:
            received[identifier].append(call["received_at"])
    for receipt, _, before, _ in aliases:
        received[before].append(receipt)
    return {
        (kind, value): (PRIORITIES[kind], min(receipts), kind, value)
        for (kind, value), receipts in received.items()
    }


def _within_limits(
    found: dict[Identifier, Identifier | None], strength: Strength
) -> dict[Identifier, Identifier | None]:
    emails: dict[Identifier, list[Identifier]] = defaultdict(list)
    for each, owner in found.items():
        if each[0] == "email" and owner:
            emails[owner].append(each)
    over = [
        each
        for them in emails.values()
        for each in sorted(them, key=strength.__getitem__)[MOST_EMAILS:]
    ]
    return found | {each: each for each in over}


class _People:
    """The canonical user id of each user id; any other identifier is itself."""

    def __init__(self, canonical: dict[Identifier, Identifier]) -> None:
        self._canonical = canonical

    def __call__(self, identifier: Identifier) -> Identifier:
        return self._canonical.get(identifier, identifier)


def _people(aliases: list[Alias], strength: Strength) -> _People:
    group = {each: {each} for each in strength}
    last: dict[Identifier, Identifier] = {}
    for _, _, before, user in aliases:  # in order of receipt: the last one stays
        if before[0] != "user_id":
            continue
        joined = group[before] | group[user]
        for member in joined:
            group[member] = joined
            last[member] = user
    return _People(last)


def _neighbours(
    observed: list[set[Identifier]],
    aliases: list[Alias],
    strength: Strength,
    person: _People,
) -> dict[Identifier, set[Identifier]]:
    links = [
        (min(identifiers, key=strength.__getitem__), other)
        for identifiers in observed
        for other in identifiers
    ]
    links += [
        (user, before) for _, _, before, user in aliases if before[0] != "user_id"
    ]
    neighbours: dict[Identifier, set[Identifier]] = defaultdict(set)
    for one, other in links:
        if person(one) != person(other):
            neighbours[person(one)].add(person(other))
            neighbours[person(other)].add(person(one))
    return neighbours


def _components(
    nodes: set[Identifier], neighbours: dict[Identifier, set[Identifier]]
) -> Iterable[set[Identifier]]:
    left = set(nodes)
    while left:
        component, frontier = set[Identifier](), {left.pop()}
        while frontier:
            component |= frontier
            reached = set().union(*(neighbours[node] for node in frontier))
            frontier = (reached & nodes) - component
        left -= component
        yield component


def _owners_in(
    component: set[Identifier],
    neighbours: dict[Identifier, set[Identifier]],
    strength: Strength,
) -> dict[Identifier, Identifier | None]:
    people = {node for node in component if node[0] == "user_id"}
    if len(people) < 2:
        canonical = min(component, key=strength.__getitem__)
        return dict.fromkeys(component, min(people, default=canonical))

    owner: dict[Identifier, Identifier | None] = {each: each for each in people}
    for tier in (1, 2):
        _grow(owner, component, neighbours, tier)
    for behind in _components(component - owner.keys(), neighbours):
        owner |= dict.fromkeys(behind, min(behind, key=strength.__getitem__))
    return owner


def _grow(
    owner: dict[Identifier, Identifier | None],
    component: set[Identifier],
    neighbours: dict[Identifier, set[Identifier]],
    tier: int,
) -> None:
    while True:
        reached: dict[Identifier, set[Identifier]] = defaultdict(set)
        for node in component - owner.keys():
            if TIERS[node[0]] > tier:
                continue
            for neighbour in neighbours[node]:
                by = owner.get(neighbour)
                if by is not None:
                    reached[node].add(by)
        if not reached:
            return
        for node, by_whom in reached.items():
            owner[node] = by_whom.pop() if len(by_whom) == 1 else None
