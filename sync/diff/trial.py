"""A careful first time: some rows of what has changed, and the others later."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, select

from sync.config.image import Image
from sync.config.manifest import Sync
from sync.errors import ConfigError
from sync.ledger.tables import SILENT
from warehouse.numbering import numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    The part of a plan that one run sends.

    Attributes:
        only: Keys, as text. None: any.
        limit: At most so many calls. None: all.
    """

    only: tuple[str, ...] = ()
    limit: int | None = None

    def check(self, sync: Sync) -> None:
        """
        Refuse what names no row.

        Raises:
            ConfigError: The key has several columns.
        """
        if self.only and len(sync.settings.key) > 1:
            raise ConfigError(
                f"{sync.name}: `--only` takes keys of one column, and this key is "
                f"{', '.join(sync.settings.key)}. Use `--limit`."
            )

    def of(self, changes: Select[Any], image: Image) -> Select[Any]:
        """Those changes, numbered anew; what makes no call waits with the others."""
        found = changes.subquery("every_change")
        rows = select(found).where(found.c.change.not_in(SILENT))
        if self.only:
            key = cast(found.c[image.keys[0].name], String)
            rows = rows.where(key.in_(self.only))
        chosen = rows.subquery("chosen")
        others = [column for column in chosen.c if column.name != "position"]
        kept = select(chosen.c.position.label("place"), *others)
        tried = numbered(kept, lambda rows: [rows.c.place]).subquery("tried")
        every = select(tried.c.position, *(tried.c[column.name] for column in others))
        return (
            every if self.limit is None else every.where(tried.c.position <= self.limit)
        )
