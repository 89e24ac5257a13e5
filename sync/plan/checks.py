"""What is looked at before a plan is kept: the model's keys, and the plan's size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    Table,
    and_,
    case,
    func,
    or_,
    select,
)

from sync.config.blocks import Guard
from sync.config.image import Image
from sync.config.manifest import Sync
from sync.diff.subject import destination_id, names_key_as_id
from sync.errors import (
    GuardTripped,
    IdIsRepeated,
    KeyIsNull,
    KeyIsRepeated,
    SourceIsEmpty,
    TooManyCalls,
    TooManyRemovals,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows by kind of change."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All of them: one call each."""
        return self.added + self.changed + self.removed


def count_changes(
    connection: Connection, changes: Table | Subquery
) -> tuple[Counts, int]:
    """Rows by kind, and all rows: those that only leave the ledger are no calls."""
    found = connection.execute(
        select(changes.c.change, func.count()).group_by(changes.c.change)
    ).all()
    by_kind = {change: int(count) for change, count in found}
    counts = Counts(
        added=by_kind.get("added", 0),
        changed=by_kind.get("changed", 0),
        removed=by_kind.get("removed", 0),
    )
    return counts, sum(by_kind.values())


def check_model(
    connection: Connection, sync: Sync, image: Image, model: Subquery
) -> int:
    """
    Count the model's rows, and refuse keys and ids that could not be told apart.

    Raises:
        KeyIsNull, KeyIsRepeated: Rows cannot be told apart.
        IdIsRepeated: Two rows go to one profile.
    """
    keys = [model.c[c.name] for c in image.keys]
    size, null_keys, repeats = _told_apart(connection, keys)
    doubles = 0
    if sync.settings.call != "track" and not names_key_as_id(sync.settings):
        target = destination_id(sync.settings, model)
        *_, doubles = _told_apart(connection, [target])
    where = f"{sync.name}: in {sync.model.name}"
    key = ", ".join(sync.settings.key)
    again = (
        f"Nothing was sent. Mend the model, `dbt build -s {sync.model.name}`, again."
    )
    if null_keys:
        raise KeyIsNull(f"{where} the key {key} is null in {null_keys:,} rows. {again}")
    if repeats:
        raise KeyIsRepeated(
            f"{where} the key {key} is repeated for {repeats:,} values. Each row needs "
            f"its own. {again}"
        )
    if doubles:
        raise IdIsRepeated(
            f"{where} {doubles:,} ids have more than one row. Segment keeps one set "
            f"of traits for an id, so the model must have one row for it. {again}"
        )
    return size


def tripped(
    guard: Guard, counts: Counts, *, confirmed: int, size: int
) -> GuardTripped | None:
    """What looks like an accident in a plan, as the error it is, or None."""
    if confirmed and not size:
        return SourceIsEmpty(
            f"The model is empty, and {confirmed:,} rows were confirmed before."
        )
    share = 100 * counts.removed / confirmed if confirmed else 0
    if share > guard.removed_percent:
        return TooManyRemovals(
            f"{counts.removed:,} of {confirmed:,} rows would be removed ({share:.0f}%; "
            f"the guard allows {guard.removed_percent:g}%)."
        )
    if counts.total > guard.calls:
        return TooManyCalls(
            f"{counts.total:,} calls (the guard allows {guard.calls:,})."
        )
    return None


def _told_apart(
    connection: Connection, keys: Sequence[ColumnElement[Any]]
) -> tuple[int, int, int]:
    """Rows, rows with a null among the keys, and keys without one that are repeated."""
    named = [key.label(f"key_{number}") for number, key in enumerate(keys)]
    groups = select(*named, func.count().label("size")).group_by(*keys).subquery()
    has_null = or_(*(groups.c[key.name].is_(None) for key in named))
    counts = select(
        func.sum(groups.c.size),
        func.sum(case((has_null, groups.c.size), else_=0)),
        func.sum(case((and_(~has_null, groups.c.size > 1), 1), else_=0)),
    )
    size, nulls, repeats = connection.execute(counts).one()
    return int(size or 0), int(nulls or 0), int(repeats or 0)
