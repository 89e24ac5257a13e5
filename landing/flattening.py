"""Nested fields -> one flat row, as Segment's warehouses flatten them."""

from collections.abc import Callable, Mapping

from landing.raw_tables import CALL_COLUMNS
from tracking.warehouse_names import snake_case

# Segment's own events are two or three levels deep; below this, JSON text serves.
MAX_DEPTH = 8
# PostgreSQL keeps a row in 8 KB, with 18 bytes for each long text that lies elsewhere.
MAX_FIELDS = 400

Row = dict[str, object]
# Why a field did not land, and the column it was meant for.
Loss = tuple[str, str]


def flatten(
    fields: Mapping[str, object],
    prefix: str,
    column_of: Callable[[str], str],
    into: Row,
    depth: int = 1,
) -> list[Loss]:
    """Add the fields as columns, and name those for which there was no room."""
    lost: list[Loss] = []
    for key, value in fields.items():
        if value is None:
            continue
        path = f"{prefix}_{snake_case(key)}" if prefix else snake_case(key)
        name = column_of(path)
        if isinstance(value, dict) and depth < MAX_DEPTH and name not in CALL_COLUMNS:
            lost += flatten(value, path, column_of, into, depth + 1)
        elif name in into:
            lost.append(("field_name_taken", name))
        elif len(into) >= MAX_FIELDS:
            lost.append(("too_many_fields", name))
        else:
            into[name] = value
    return lost
