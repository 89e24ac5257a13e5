"""What Unify decides, one message after another -> the tables of Profiles Sync.

The raw ones are appended to; the others are what is true now.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracking.sandbox.identifiers import Identifier, mapping
from tracking.sandbox.people import Known
from tracking.sandbox.triggers import Row, merge_of, moment_of
from tracking.warehouse_names import TABLE_OF_CALL, column_name, snake_case

RAW_TABLES = (
    "id_graph_updates",
    "external_id_mapping_updates",
    "profile_traits_updates",
)
MATERIALISED_TABLES = ("user_identifiers", "user_traits", "profile_merges")
# Those of a name that is known; there is one more for each event.
TABLES = (*RAW_TABLES, *MATERIALISED_TABLES, *TABLE_OF_CALL.values())


class Updates:
    """The raw tables, and the merges among them."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in RAW_TABLES}
        self.merges: list[Row] = []

    def point(self, segment_id: str, canonical: str, trigger: Row) -> None:
        """A profile is part of another from now on, or its own."""
        ids = {"segment_id": segment_id, "canonical_segment_id": canonical}
        self.tables["id_graph_updates"].append({**ids, **merge_of(trigger)})
        if segment_id != canonical:
            self.merges.append({**ids, **moment_of(trigger)})

    def map(self, segment_id: str, identifier: Identifier, trigger: Row) -> None:
        """An identifier belongs to a profile from now on."""
        kind, value = identifier
        self.tables["external_id_mapping_updates"].append(
            {
                "id": f"{segment_id}-{trigger['seq']}-{kind}",
                "segment_id": segment_id,
                "external_id_type": kind,
                "external_id_value": value,
                "external_id_hash": external_id_hash(kind, value),
                **trigger,
                "__operation": "CREATED",
            }
        )

    def tell(self, segment_id: str, message: Mapping[str, Any], trigger: Row) -> None:
        """An identify says something of a profile: a column for each trait."""
        row = {"segment_id": segment_id, **trigger}
        fixed = frozenset(row)
        for name, value in mapping(message.get("traits")).items():
            row.setdefault(column_name(snake_case(name), fixed), value)
        self.tables["profile_traits_updates"].append(row)


def user_identifiers(
    owned: Iterable[tuple[str, Identifier, Row]],
) -> Iterator[Row]:
    """Each identifier, by the profile that it belongs to now."""
    for segment_id, (kind, value), trigger in owned:
        yield {
            "canonical_segment_id": segment_id,
            "type": kind,
            "value": value,
            **moment_of(trigger),
        }


def user_traits(people: Iterable[tuple[str, Known]]) -> Iterator[Row]:
    """Each trait that has a value, by the profile that has it now."""
    for segment_id, known in people:
        for name, trait in known.traits.items():
            if trait.value is not None:
                yield {
                    "canonical_segment_id": segment_id,
                    "name": name,
                    "value": trait.value,
                    **moment_of(trait.told_by),
                }


def external_id_hash(kind: str, value: str) -> str:
    """As Segment's documentation builds it."""
    # Not a secret: the name of a row.
    return hashlib.sha1(f"{kind}{value}".encode()).hexdigest()  # noqa: S324
