"""What a person asks to be sent once more: a whole sync, or its events of some days."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, literal

from sync.config.image import TIMESTAMP
from sync.config.manifest import Sync
from sync.config.settings import SyncSettings
from sync.errors import ConfigError
from sync.ledger.tables import new


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """
    Rows that Segment has already confirmed, to be sent again.

    Attributes:
        since: Only events from this moment on, in naive UTC. None: from the first.
        until: Only events before this moment. None: to the last.
        new_ids: Give events ids that Segment has not seen, so that it takes them twice.
        only_destination: The one destination that Segment passes the calls on to.
    """

    since: datetime | None = None
    until: datetime | None = None
    new_ids: bool = False
    only_destination: str | None = None

    @property
    def is_range(self) -> bool:
        """A backfill: some events, and nothing of what else has changed."""
        return self.since is not None or self.until is not None

    def check(self, sync: Sync) -> None:
        """
        Refuse what would lose or double news.

        Raises:
            ConfigError: A range of a sync whose rows change, or bear no time.
        """
        if not self.is_range:
            return
        settings = sync.settings
        if not settings.is_insert_only or not (
            settings.added and settings.added.timestamp
        ):
            raise ConfigError(
                f"{sync.name}: only a track sync whose rows are sent once, with an "
                "`added.timestamp`, has a range of dates to send again. For others: "
                f"`relyv sync resync {sync.name}`."
            )

    def settings_for(self, settings: SyncSettings) -> SyncSettings:
        """The sync's settings, for this plan alone."""
        if self.only_destination is None:
            return settings
        chosen: dict[str, Any] = {"All": False, self.only_destination: True}
        return settings.model_copy(update={"integrations": chosen})

    def wanted(self, found: Any) -> ColumnElement[bool]:
        """Which rows of the change set belong to it."""
        if not self.is_range:
            return literal(1) == literal(1)
        at = found.c[new(TIMESTAMP["added"])]
        conditions = [found.c.change == "added"]
        if self.since is not None:
            conditions.append(at >= self.since)
        if self.until is not None:
            conditions.append(at < self.until)
        return and_(*conditions)
