"""Names as people write them -> names of tables and columns, as Segment makes them."""

import hashlib
import re
from collections.abc import Set
from functools import lru_cache

# PostgreSQL cuts a longer name without a word, and two could become one.
MAX_NAME_BYTES = 63
# The table of each type of call.
TABLE_OF_CALL = {
    "identify": "identifies",
    "page": "pages",
    "screen": "screens",
    "group": "groups",
    "alias": "aliases",
    "track": "tracks",
}
SEGMENT_TABLES = frozenset({"accounts", "users", *TABLE_OF_CALL.values()})

_WORD = re.compile(r"[A-Z0-9]+[a-z0-9]*|[a-z][a-z0-9]*")
_CACHED_LENGTH = 200


def snake_case(name: str) -> str:
    """
    Spell a name as Segment's warehouses do (go-snakecase).

    Only ASCII letters and digits count; a name with none of them gets one made
    from its hash, since dropping it would drop its values.
    """
    if len(name) > _CACHED_LENGTH:
        return _snake_case.__wrapped__(name)
    return _snake_case(name)


@lru_cache(maxsize=16_384)
def _snake_case(name: str) -> str:
    words = _WORD.findall(name)
    return "_".join(words).lower() if words else f"_{_short_hash(name)}"


def fitting(name: str) -> str:
    """Cut a name to what every warehouse takes; its hash keeps it unlike others."""
    if len(name) <= MAX_NAME_BYTES:
        return name
    return f"{name[: MAX_NAME_BYTES - 9]}_{_short_hash(name)}"


def column_name(path: str, fixed: Set[str]) -> str:
    """Name the column of a free field: the fixed ones, and context_*, are taken."""
    if path in fixed or path.startswith("context_"):
        path = f"_{path}"
    return fitting(path)


def event_table_name(event: str) -> str:
    """Name the table of an event; Segment's own tables are taken."""
    name = snake_case(event)
    return fitting(f"_{name}" if name in SEGMENT_TABLES else name)


def _short_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]
