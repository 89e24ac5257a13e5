"""What our own graph says of an identifier: its way to the owner, or who shares it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from reports.identity.chain import Link, shortest_chain
from reports.identity.events import event_kinds
from reports.identity.evidence import Evidence, Place
from reports.identity.explanation import Claim, Explanation, Step, Stranger, Verdict
from warehouse import Warehouse

MOST_CLAIMS = 20
MOST_STRANGERS = 20


def explained_by_graph(
    connection: Connection, warehouse: Warehouse, value: str
) -> Sequence[Explanation]:
    """Explain every identifier with this value, the strongest first."""
    evidence = Evidence(connection, warehouse)
    return [_explain(evidence, place) for place in evidence.places(value)]


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
    kinds = event_kinds(
        evidence.connection,
        evidence.warehouse,
        {link.event_id for link in links if link.event_id},
        otherwise="identify in a Relyv session",
    )
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
