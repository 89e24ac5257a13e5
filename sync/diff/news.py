"""A row of the model beside the confirmed one -> whether it is news."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    String,
    cast,
    func,
    literal,
    or_,
)

from sync.config.image import (
    ANONYMOUS_ID,
    EXTERNAL_ID,
    GROUP_ID,
    USER_ID,
    Image,
    ImageColumn,
)
from sync.config.settings import SyncSettings
from sync.diff.subject import destination_id


def differs(
    settings: SyncSettings, image: Image, model: Any, sent: Any
) -> ColumnElement[bool]:
    differences = [
        _moved(model.c[c.name], sent.c[c.name], settings.significant.get(c.name), c)
        for c in _compared_columns(settings, image)
    ]
    if settings.call == "audience":
        before, after = destination_id(settings, sent), destination_id(settings, model)
        differences = [before.is_distinct_from(after)]
    return or_(*differences) if differences else literal(1) == literal(0)


def _compared_columns(settings: SyncSettings, image: Image) -> list[ImageColumn]:
    """
    What makes a row news: its ids and its fields.

    The userId of a group call only says who told of the account.
    """
    if not (settings.keeps_traits or settings.changed):
        return []
    ids = {GROUP_ID} if settings.call == "group" else {USER_ID, ANONYMOUS_ID, GROUP_ID}
    roles = [c for c in image.roles if c.name in ids or c.name.startswith(EXTERNAL_ID)]
    return [*roles, *image.fields]


def _moved(
    after: ColumnElement[Any],
    before: ColumnElement[Any],
    threshold: float | None,
    column: ImageColumn,
) -> ColumnElement[bool]:
    after, before = comparable(after, column), comparable(before, column)
    if threshold is None:
        return after.is_distinct_from(before)
    # To or from null or zero is always news; the rest is measured against the last
    # confirmed value, so that small drifts add up to one call.
    return or_(
        after.is_(None).is_distinct_from(before.is_(None)),
        (after == 0).is_distinct_from(before == 0),
        # As floats: whole numbers of a small type overflow when they are subtracted.
        func.abs(cast(after, Double) - cast(before, Double)) >= threshold,
    )


def comparable(value: ColumnElement[Any], column: ImageColumn) -> ColumnElement[Any]:
    """The value as it can be compared: JSON has no equality everywhere."""
    return cast(value, String) if column.is_json else value
