"""What the warehouse holds about an identifier: its place, its links, their events.

Only what one explanation shows is read: the links of a profile, never of all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    TableClause,
    case,
    func,
    or_,
    select,
    union_all,
)

from reports.doors import door
from reports.identity.chain import Link
from reports.phone import normal_phone
from warehouse import Warehouse

# More than any person has. What is larger is a profile to look at, not to read out.
MOST_LINKS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A value of a type; the same value of another type is another identifier."""

    identifier_type: str
    identifier_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the graph put an identifier; no owner means that it is nobody's."""

    node: int
    identifier: Identifier
    status: str
    owner_node: int | None
    owner: Identifier | None
    profile_id: str | None
    is_kiosk: bool
    degree: int | None
    max_degree: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Something that was seen with an identifier, and whose that is."""

    link: Link
    identifier: Identifier
    status: str


class Evidence:
    """Reads the models of the identity step, on one connection."""

    def __init__(self, connection: Connection, warehouse: Warehouse) -> None:
        self.connection = connection
        self.warehouse = warehouse

    def places(self, value: str) -> Sequence[Place]:
        """Every identifier with this value, strongest first; case does not matter."""
        own = self._identifiers("own")
        canonical = self._identifiers("canonical")
        owners = self._owners("owners")
        kiosks = self._model("identity_kiosks", "node")
        super_nodes = self._model("quarantined_identifiers", "node", "degree")
        rows = self.connection.execute(
            select(
                own.c.node,
                own.c.identifier_type,
                own.c.identifier_value,
                own.c.max_degree,
                owners.c.status,
                owners.c.owner_node,
                canonical.c.identifier_type.label("owner_type"),
                canonical.c.identifier_value.label("owner_value"),
                canonical.c.identifier_hash.label("profile_id"),
                kiosks.c.node.label("kiosk_node"),
                super_nodes.c.degree,
            )
            .select_from(own)
            .join(owners, own.c.node == owners.c.node)
            .outerjoin(canonical, owners.c.owner_node == canonical.c.node)
            .outerjoin(kiosks, own.c.node == kiosks.c.node)
            .outerjoin(super_nodes, own.c.node == super_nodes.c.node)
            .where(func.lower(own.c.identifier_value).in_(self._spellings(value)))
            .order_by(own.c.node)
        )
        return [_place(row) for row in rows]

    def links_of(self, owner: int, *, also: int) -> Sequence[Link]:
        """The links inside a profile, and those between it and one more identifier."""
        edges = self._edges()
        ends = [self._owners("one_end"), self._owners("other_end")]
        inside = [or_(end.c.holder_node == owner, end.c.node == also) for end in ends]
        near = case((or_(edges.c.node_a == also, edges.c.node_b == also), 0), else_=1)
        rows = self.connection.execute(
            select(edges)
            .join(ends[0], edges.c.node_a == ends[0].c.node)
            .join(ends[1], edges.c.node_b == ends[1].c.node)
            .where(*inside)
            .order_by(near, edges.c.node_a, edges.c.node_b, edges.c.event_id)
            .limit(MOST_LINKS)
        )
        return [_link(row) for row in rows]

    def claimants(self, node: int, *, limit: int) -> Sequence[int]:
        """The people whose identifiers are linked to this one."""
        edges, owners = self._edges(), self._owners("owners")
        people = self._identifiers("people")
        rows = self.connection.execute(
            select(owners.c.holder_node)
            .distinct()
            .select_from(edges)
            .join(owners, owners.c.node == _other_end(edges, node))
            .join(people, people.c.node == owners.c.holder_node)
            .where(or_(edges.c.node_a == node, edges.c.node_b == node))
            .where(people.c.is_person)
            .order_by(owners.c.holder_node)
            .limit(limit)
        )
        return [row.holder_node for row in rows]

    def strangers(self, place: Place, *, limit: int) -> Sequence[Neighbour]:
        """What was seen with an identifier and yet is not in its profile."""
        edges, owners = self._edges(), self._owners("owners")
        others = self._identifiers("others")
        rows = self.connection.execute(
            select(
                edges,
                others.c.identifier_type,
                others.c.identifier_value,
                owners.c.status,
            )
            .join(owners, owners.c.node == _other_end(edges, place.node))
            .join(others, others.c.node == owners.c.node)
            .where(or_(edges.c.node_a == place.node, edges.c.node_b == place.node))
            .where(
                or_(
                    owners.c.owner_node.is_(None),
                    owners.c.owner_node != place.owner_node,
                )
            )
            .order_by(others.c.node, edges.c.event_id)
            .limit(limit)
        )
        return [_neighbour(row, place.node) for row in rows]

    def names(self, nodes: Collection[int]) -> Mapping[int, Identifier]:
        """What these numbers stand for."""
        all_of_them = self._identifiers("named")
        rows = self.connection.execute(
            select(all_of_them).where(all_of_them.c.node.in_(nodes))
        )
        return {row.node: _identifier(row) for row in rows}

    def _spellings(self, value: str) -> Collection[str]:
        phone = normal_phone(self.warehouse, value)
        return {value.strip().lower(), phone or value.strip().lower()}

    def _edges(self) -> Any:
        links = self._model(
            "identity_links", "node_a", "node_b", "event_id", "linked_at"
        )
        mergers = self._model(
            "identity_person_mergers",
            "kept_node",
            "replaced_node",
            "event_id",
            "merged_at",
        )
        joined: Select[Any] = select(
            mergers.c.kept_node,
            mergers.c.replaced_node,
            mergers.c.event_id,
            mergers.c.merged_at,
        )
        return union_all(select(*links.c), joined).subquery("edges")

    def _model(self, name: str, *columns: str) -> TableClause:
        return door(self.warehouse, "identity", name, *columns)

    def _identifiers(self, alias: str) -> Any:
        return self._model(
            "identity_identifiers",
            "node",
            "identifier_hash",
            "identifier_type",
            "identifier_value",
            "max_degree",
            "is_person",
        ).alias(alias)

    def _owners(self, alias: str) -> Any:
        """
        Whose each identifier is; `holder_node`, before the limits of its type.

        What is over a limit is its own, and yet others are tied through it.
        """
        owners = self._model("identity_owners", "node", "status", "owner_node")
        over = self._model("over_limit_identifiers", "node")
        is_over = over.c.node.is_not(None)
        return (
            select(
                owners.c.node,
                owners.c.owner_node.label("holder_node"),
                case((is_over, owners.c.node), else_=owners.c.owner_node).label(
                    "owner_node"
                ),
                case((is_over, "over_limit"), else_=owners.c.status).label("status"),
            )
            .outerjoin(over, owners.c.node == over.c.node)
            .subquery(alias)
        )


def _other_end(edges: Any, node: int) -> Any:
    return case((edges.c.node_a == node, edges.c.node_b), else_=edges.c.node_a)


def _link(row: Row[Any]) -> Link:
    return Link(
        node=row.node_a,
        other=row.node_b,
        event_id=row.event_id,
        linked_at=row.linked_at,
    )


def _neighbour(row: Row[Any], node: int) -> Neighbour:
    link = _link(row)
    return Neighbour(
        link=link if link.node == node else link.turned(),
        identifier=_identifier(row),
        status=row.status,
    )


def _identifier(row: Row[Any]) -> Identifier:
    return Identifier(
        identifier_type=row.identifier_type, identifier_value=row.identifier_value
    )


def _place(row: Row[Any]) -> Place:
    is_owned = row.owner_node is not None
    return Place(
        node=row.node,
        identifier=_identifier(row),
        status=row.status,
        owner_node=row.owner_node,
        owner=Identifier(
            identifier_type=row.owner_type, identifier_value=row.owner_value
        )
        if is_owned
        else None,
        profile_id=row.profile_id,
        is_kiosk=row.kiosk_node is not None,
        degree=row.degree,
        max_degree=row.max_degree,
    )
