"""Any identifier -> why it belongs where it does, whoever decided it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from reports.identity.barred import blocked_as, suppressed_as
from reports.identity.evidence import Identifier
from reports.identity.explanation import Explanation
from reports.identity.graph import explained_by_graph
from reports.identity.profiles_sync import explained_by_segment, uses_profiles_sync
from warehouse import Warehouse


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
        explained = (
            explained_by_segment
            if uses_profiles_sync(warehouse)
            else explained_by_graph
        )
        known = explained(connection, warehouse, value)
        barred = _barred(connection, warehouse, value)
        found = [*known, *barred]
    return found or [Explanation(identifier=None, verdict="unknown")]


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
