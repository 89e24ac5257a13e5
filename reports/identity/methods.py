"""Ways to say whose a session is: ours, and those that it is measured against.

Each is a select of session_id and cluster. All of them see the same rows.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select

from reports.doors import door
from reports.identity.profiles_sync import uses_profiles_sync
from reports.identity.truth import Truth
from warehouse import Warehouse

OURS = "these rules"
LAST_USER = "last user per cookie"
COMPONENTS = "plain components"
ORACLE = "an oracle that knows who holds the device"


def methods(warehouse: Warehouse, truth: Truth) -> Mapping[str, Select[Any]]:
    """Every method by its name, ours first; two of them need our own graph's links."""
    alone = {OURS: _ours(warehouse), LAST_USER: _last_user(warehouse)}
    if uses_profiles_sync(warehouse):
        return alone
    return alone | {
        COMPONENTS: _components(warehouse),
        ORACLE: _oracle(warehouse, truth),
    }


def _ours(warehouse: Warehouse) -> Select[Any]:
    sessions = door(warehouse, "sessions", "sessions", "session_id", "visitor_id")
    return select(sessions.c.session_id, sessions.c.visitor_id.label("cluster"))


def _last_user(warehouse: Warehouse) -> Select[Any]:
    """Give a cookie's whole past to whoever logged in on it last."""
    names = ("anonymous_id", "user_id", "occurred_at", "event_id")
    calls = door(warehouse, "identity", "identity_calls", *names)
    newest = func.row_number().over(
        partition_by=calls.c.anonymous_id,
        order_by=(calls.c.occurred_at.desc(), calls.c.event_id.desc()),
    )
    ranked = (
        select(calls.c.anonymous_id, calls.c.user_id, newest.label("newest"))
        .where(calls.c.anonymous_id.is_not(None), calls.c.user_id.is_not(None))
        .subquery("ranked")
    )
    sessions = _sessions(warehouse)
    cluster = func.coalesce(
        ranked.c.user_id, sessions.c.anonymous_id, sessions.c.session_id
    )
    return select(sessions.c.session_id, cluster.label("cluster")).outerjoin(
        ranked,
        (sessions.c.anonymous_id == ranked.c.anonymous_id) & (ranked.c.newest == 1),
    )


def _components(warehouse: Warehouse) -> Select[Any]:
    """Everything that is linked is one: blocked values and limits count, people not."""
    sessions, devices = _sessions(warehouse), _devices(warehouse)
    components = door(warehouse, "identity", "identity_components", "node", "component")
    component = func.coalesce(components.c.component, devices.c.node)
    cluster = func.coalesce(cast(component, String), sessions.c.session_id)
    return (
        select(sessions.c.session_id, cluster.label("cluster"))
        .outerjoin(devices, sessions.c.anonymous_id == devices.c.identifier_value)
        .outerjoin(components, devices.c.node == components.c.node)
    )


def _oracle(warehouse: Warehouse, truth: Truth) -> Select[Any]:
    """
    Know who holds a device at each moment, and nothing else that no event says.

    Two devices of a person are one cluster when each was seen with a user id, an
    e-mail or a CRM id of theirs; a device on which they never gave any stays alone.
    """
    sessions, devices = _sessions(warehouse), _devices(warehouse)
    owners, known = truth.sessions.alias("owners"), _introduced(warehouse, truth)
    alone = func.concat(
        owners.c.person_id, ":", func.coalesce(sessions.c.anonymous_id, "")
    )
    cluster = case((known.c.node.is_not(None), owners.c.person_id), else_=alone)
    return (
        select(sessions.c.session_id, cluster.label("cluster"))
        .join(owners, sessions.c.session_id == owners.c.session_id)
        .outerjoin(devices, sessions.c.anonymous_id == devices.c.identifier_value)
        .outerjoin(
            known,
            (devices.c.node == known.c.node)
            & (owners.c.person_id == known.c.person_id),
        )
    )


def _introduced(warehouse: Warehouse, truth: Truth) -> Any:
    """The devices on which an event named a person, and the person."""
    links = door(warehouse, "identity", "identity_links", "node_a", "node_b")
    identifiers = door(
        warehouse,
        "identity",
        "identity_identifiers",
        "node",
        "identifier_type",
        "identifier_value",
    ).alias("strong")
    named = truth.identifiers
    return (
        select(links.c.node_b.label("node"), named.c.person_id)
        .distinct()
        .select_from(links)
        .join(identifiers, links.c.node_a == identifiers.c.node)
        .join(
            named,
            (identifiers.c.identifier_type == named.c.identifier_type)
            & (identifiers.c.identifier_value == named.c.identifier_value),
        )
        .subquery("introduced")
    )


def _sessions(warehouse: Warehouse) -> Any:
    names = ("session_id", "anonymous_id")
    return door(warehouse, "staging", "stg_relyv__sessions", *names).alias("visits")


def _devices(warehouse: Warehouse) -> Any:
    names = ("node", "identifier_type", "identifier_value")
    identifiers = door(warehouse, "identity", "identity_identifiers", *names)
    return (
        select(identifiers.c.node, identifiers.c.identifier_value)
        .where(identifiers.c.identifier_type == "anonymous_id")
        .subquery("devices")
    )
