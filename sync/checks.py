"""What is looked at before a plan is kept: the model's keys, and the plan's size."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Subquery, Table, func, literal, or_, select

from sync.blocks import Guard
from sync.errors import (
    GuardTripped,
    IdIsRepeated,
    KeyIsNull,
    KeyIsRepeated,
    SourceIsEmpty,
    TooManyCalls,
    TooManyRemovals,
)
from sync.image import Image
from sync.manifest import Sync
from sync.subject import destination_id


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
    repeated = select(*keys).group_by(*keys).having(func.count() > 1)
    nulls = select(literal(1)).select_from(model)
    checks = [
        _rows_of(select(literal(1)).select_from(model)),
        _rows_of(nulls.where(or_(*(key.is_(None) for key in keys)))),
        _rows_of(repeated),
    ]
    if sync.settings.call != "track":
        target = destination_id(sync.settings, model)
        doubled = select(target.label("id")).where(target.is_not(None))
        checks.append(_rows_of(doubled.group_by(target).having(func.count() > 1)))
    size, null_keys, repeats, *doubles = connection.execute(select(*checks)).one()
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
    if doubles and doubles[0]:
        raise IdIsRepeated(
            f"{where} {doubles[0]:,} ids have more than one row. Segment keeps one set "
            f"of traits for an id, so the model must have one row for it. {again}"
        )
    return int(size)


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


def _rows_of(query: Any) -> Any:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()
