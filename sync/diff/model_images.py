"""A sync's model -> its rows as images, in a query."""

from typing import Any

from sqlalchemy import Select, Subquery, Table, literal_column, select

from sync.config.image import Image, relation
from sync.config.manifest import Model, Sync
from sync.diff.consent import consent_of
from sync.diff.subject import SUPPRESSIBLE, is_suppressed


def images(model: Model, image: Image) -> Select[Any]:
    """The model's rows as images."""
    return images_from(relation(model), image)


def model_rows(sync: Sync, image: Image, suppressions: Table) -> Subquery:
    """The model as images, without the people whom nobody may be told of."""
    source = relation(sync.model)
    every = images_from(source, image)
    if (consent := consent_of(sync.settings, source)) is not None:
        every = every.where(consent)
    found = every.subquery("images")
    told = select(found)
    for name, role in SUPPRESSIBLE.items():
        if role in found.c:
            told = told.where(~is_suppressed(found.c[role], name, suppressions))
    return told.subquery("model")


def images_from(source: Any, image: Image) -> Select[Any]:
    """Its rows as images, all of them."""
    return select(
        *(
            (
                source.c[c.source]
                if c.source
                else literal_column(f"cast(null as {c.data_type})")
            ).label(c.name)
            for c in image.columns
        )
    ).select_from(source)
