"""Who owns what, where identifiers hang together: by search in breadth."""

from collections.abc import Iterator
from datetime import datetime

from tests.e2e.oracle.settings import Identifier, Settings

Links = dict[Identifier, set[Identifier]]
Strength = dict[Identifier, tuple[int, datetime, str, str]]


def components(nodes: set[Identifier], links: Links) -> Iterator[set[Identifier]]:
    """The nodes, cut into those that hang together."""
    left = set(nodes)
    while left:
        component, frontier = set[Identifier](), {left.pop()}
        while frontier:
            component |= frontier
            reached = {near for node in frontier for near in links.get(node, ())}
            frontier = (reached & nodes) - component
        left -= component
        yield component


def owners(
    component: set[Identifier], links: Links, strength: Strength, settings: Settings
) -> dict[Identifier, Identifier | None]:
    """Who owns what in one component, by canonical identifier; None is shared."""
    people = {
        node for node in component if settings.identifier_types[node[0]].is_person
    }
    if len(people) < 2:
        return dict.fromkeys(component, min(component, key=strength.__getitem__))
    owner: dict[Identifier, Identifier | None] = {each: each for each in people}
    for tier in (1, 2):
        within = {
            node
            for node in component
            if settings.identifier_types[node[0]].tier <= tier
        }
        while reached := _reached(within - owner.keys(), links, owner):
            owner |= reached
    for behind in components(component - owner.keys(), links):
        owner |= dict.fromkeys(behind, min(behind, key=strength.__getitem__))
    return owner


def _reached(
    free: set[Identifier], links: Links, owner: dict[Identifier, Identifier | None]
) -> dict[Identifier, Identifier | None]:
    """One round: what one owner reaches is theirs, what two reach is nobody's."""
    reached: dict[Identifier, Identifier | None] = {}
    for node in free:
        by = {owner[near] for near in links.get(node, ()) if owner.get(near)}
        if by:
            reached[node] = by.pop() if len(by) == 1 else None
    return reached
