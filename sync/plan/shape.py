"""What the exposure asks for now, beside the tables that there are. Nothing is changed.

`reshape.py` brings the tables to that shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    MetaData,
    Select,
    Table,
    column,
    literal_column,
    select,
    table,
)

from sync.config.image import LAST_ACTIVITY, Image, ImageColumn, image_of, is_role
from sync.config.manifest import Model, Sync
from sync.ledger.ledger import Ledger
from sync.ledger.tables import SyncTables, new, old
from warehouse.ddl import column_types, is_text, table_exists


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    How the confirmed rows must look, and how far they are from it.

    * `image` includes the fields that are gone and that Segment still has.
    * `missing` columns are new, or have another type than before: their types.
    * `retyped` are those of them that exist with the old type.
    * `recast` columns take a new type and keep their values: keys, ids, longer texts.
    * `unwanted` columns hold nothing that Segment would have to forget.
    """

    image: Image
    has_ledger: bool
    missing: Mapping[str, str]
    retyped: Sequence[str]
    recast: Mapping[str, str]
    unwanted: Sequence[str]


def inspect_shape(connection: Connection, ledger: Ledger, sync: Sync) -> Shape:
    """Compare what there is with what the exposure asks for; change nothing."""
    image = image_of(sync)
    sent = ledger.tables.of(sync.name, image).sent
    types = _model_types(connection, sync.model)
    wanted = {column.name: types[column.source or ""] for column in image.columns}
    if not table_exists(connection, sent):
        return Shape(
            image=image,
            has_ledger=False,
            missing=wanted,
            retyped=(),
            recast={},
            unwanted=(),
        )
    kept = column_types(connection, sent)
    differing = {name: kind for name, kind in wanted.items() if kept.get(name) != kind}
    recast = {
        name: kind
        for name, kind in differing.items()
        if name in kept and _keeps_its_values(image, name, kept[name], kind)
    }
    missing = {name: differing[name] for name in differing.keys() - recast.keys()}
    surplus = {name: kind for name, kind in kept.items() if name not in wanted}
    gone = [
        ImageColumn(name=name, source=None, data_type=kind)
        for name, kind in surplus.items()
        if _must_be_forgotten(connection, sync, sent, name)
    ]
    return Shape(
        image=image.with_gone(gone),
        has_ledger=True,
        missing=missing,
        retyped=[name for name in missing if name in kept],
        recast=recast,
        unwanted=[name for name in surplus if name not in {c.name for c in gone}],
    )


def drift(sync: Sync, shape: Shape) -> Sequence[str]:
    """What is new in the model's shape, with what it costs, a sentence each."""
    if not shape.has_ledger:
        return ()
    sends = sync.settings.keeps_traits
    cost = "every row that has a value is sent" if sends else "no call: taken as known"
    return [
        *(
            f"New: `{name}` ({kind}); {cost}."
            for name, kind in shape.missing.items()
            # When somebody was last seen is asked, and never told.
            if name not in (*shape.retyped, LAST_ACTIVITY)
        ),
        *(
            f"Another type: `{name}` is now {shape.missing[name]}; it needs accepting"
            + (", and every row is sent." if sends else ".")
            for name in shape.retyped
        ),
        *(
            f"Gone: `{column.name}`; every row that had a value is sent, to clear it."
            for column in shape.image.fields
            if column.source is None
        ),
    ]


def has_shape(connection: Connection, tables: SyncTables, target: Table) -> bool:
    """Whether a work table exists, with the columns and types of the confirmed rows."""
    if not table_exists(connection, target):
        return False
    kept = column_types(connection, target)
    types = column_types(connection, tables.sent)
    same_types = all(
        kind == types[name]
        for column, kind in kept.items()
        if (name := column.removeprefix(new("")).removeprefix(old(""))) in types
    )
    return same_types and list(kept) == [column.name for column in target.c]


def _keeps_its_values(image: Image, name: str, before: str, after: str) -> bool:
    has_a_part = name in {column.name for column in (*image.keys, *image.roles)}
    return has_a_part or (is_text(before) and is_text(after))


def _must_be_forgotten(
    connection: Connection, sync: Sync, sent: Table, name: str
) -> bool:
    """Whether Segment still has a field that the exposure no longer names."""
    if not sync.settings.keeps_traits or is_role(name):
        return False
    held: Select[Any] = (
        select(literal_column("1"))
        .select_from(table(sent.name, schema=sent.schema))
        .where(column(name).is_not(None))
        .limit(1)
    )
    return connection.execute(held).first() is not None


def _model_types(connection: Connection, model: Model) -> Mapping[str, str]:
    relation = Table(model.identifier, MetaData(schema=model.schema))
    return column_types(connection, relation)
