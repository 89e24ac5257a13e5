"""Any identifier -> why it belongs where it does, for a person who doubts it.

What is told here is personal: it is for the screen of whoever asked, never for a log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from reports.identity.barred import blocked_as, suppressed_as
from reports.identity.chain import Link, shortest_chain
from reports.identity.evidence import Evidence, Identifier, Place
from warehouse import Warehouse

Verdict = Literal[
    "canonical",
    "owned",
    "shared",
    "kiosk",
    "quarantined",
    "over_limit",
    "blocked",
    "suppressed",
    "unknown",
]

MOST_CLAIMS = 20
MOST_STRANGERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two identifiers and the event that ties them; an override has no event."""

    origin: Identifier
    target: Identifier
    event_id: str | None
    event_kind: str
    happened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A person who reaches a shared identifier, and the way from it to them."""

    person: Identifier
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Something seen with an identifier that is not in its profile, and why not."""

    step: Step
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why an identifier belongs where it does.

    `steps` lead from it to the identifier that names its profile; they are empty when
    it names the profile itself, and when it belongs to nobody. `reason` is the seed's
    for a blocked value.
    """

    identifier: Identifier | None
    verdict: Verdict
    profile_id: str | None = None
    owner: Identifier | None = None
    steps: Sequence[Step] = ()
    claims: Sequence[Claim] = ()
    strangers: Sequence[Stranger] = ()
    degree: int | None = None
    max_degree: int | None = None
    reason: str | None = None
    since: datetime | None = None


def explain_identifier(warehouse: Warehouse, value: str) -> Sequence[Explanation]:
    """
    Explain every identifier that has this value, whatever its type.

    Args:
        warehouse: The target, open.
        value: The identifier as a person has it: case and blanks do not matter.

    Returns:
        One for each type under which it is known, blocked or suppressed, the strongest
        first; a single `unknown` when nobody has seen it.
    """
    with warehouse.engine.connect() as connection:
        evidence = Evidence(connection, warehouse)
        known = [_explain(evidence, place) for place in evidence.places(value)]
        barred = _barred(connection, warehouse, value)
        found = [*known, *barred]
    return found or [Explanation(identifier=None, verdict="unknown")]


def _explain(evidence: Evidence, place: Place) -> Explanation:
    verdict = _verdict(place)
    return Explanation(
        identifier=place.identifier,
        verdict=verdict,
        profile_id=place.profile_id,
        owner=place.owner,
        steps=_steps_to_owner(evidence, place) if verdict == "owned" else (),
        claims=_claims(evidence, place) if verdict == "shared" else (),
        strangers=_strangers(evidence, place) if place.owner_node is not None else (),
        degree=place.degree,
        max_degree=place.max_degree if verdict == "quarantined" else None,
    )


def _verdict(place: Place) -> Verdict:
    if place.is_kiosk:
        return "kiosk"
    if place.status == "quarantined":
        return "quarantined"
    if place.status == "over_limit":
        return "over_limit"
    if place.owner_node is None:
        return "shared"
    return "canonical" if place.node == place.owner_node else "owned"


def _steps_to_owner(evidence: Evidence, place: Place) -> Sequence[Step]:
    assert place.owner_node is not None  # it is owned
    return _steps(evidence, _chain(evidence, place.node, place.owner_node))


def _claims(evidence: Evidence, place: Place) -> Sequence[Claim]:
    """The people who reach it, the nearest first."""
    people = evidence.claimants(place.node, limit=MOST_CLAIMS)
    chains = [(_chain(evidence, place.node, person), person) for person in people]
    chains.sort(key=lambda found: (len(found[0]), found[1]))
    names = evidence.names(people)
    return [
        Claim(person=names[person], steps=_steps(evidence, chain))
        for chain, person in chains
    ]


def _strangers(evidence: Evidence, place: Place) -> Sequence[Stranger]:
    found = evidence.strangers(place, limit=MOST_STRANGERS)
    steps = _steps(evidence, [each.link for each in found])
    return [
        Stranger(step=step, status=each.status)
        for step, each in zip(steps, found, strict=True)
    ]


def _chain(evidence: Evidence, start: int, goal: int) -> Sequence[Link]:
    links = evidence.links_of(goal, also=start)
    return shortest_chain(links, start=start, goal=goal) or ()


def _steps(evidence: Evidence, links: Sequence[Link]) -> Sequence[Step]:
    names = evidence.names({end for link in links for end in (link.node, link.other)})
    kinds = evidence.kinds({link.event_id for link in links if link.event_id})
    return [
        Step(
            origin=names[link.node],
            target=names[link.other],
            event_id=link.event_id,
            event_kind=kinds[link.event_id] if link.event_id else "override",
            happened_at=link.linked_at,
        )
        for link in links
    ]


def _barred(
    connection: Connection, warehouse: Warehouse, value: str
) -> Iterable[Explanation]:
    for blocked in blocked_as(connection, warehouse, value):
        yield Explanation(
            identifier=Identifier(
                identifier_type=blocked.identifier_type or "any type",
                identifier_value=value.strip(),
            ),
            verdict="blocked",
            reason=blocked.reason,
        )
    for suppressed in suppressed_as(connection, warehouse, value):
        yield Explanation(
            identifier=Identifier(
                identifier_type=suppressed.subject_type,
                identifier_value=value.strip(),
            ),
            verdict="suppressed",
            since=suppressed.since,
        )
