"""What a message says beside its content: whom, when and in what context."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from sync.config.blocks import ExternalId
from sync.config.image import (
    ANONYMOUS_ID,
    CATEGORY,
    EXTERNAL_ID,
    GROUP_ID,
    REGION,
    TIMESTAMP,
    USER_ID,
    Image,
)
from sync.config.settings import SyncSettings
from sync.destination.address import SANDBOX_REGION
from sync.errors import RowRejected
from sync.payload.values import hashed, identifier, iso_timestamp

# Staging recognises our own calls by this name when Segment brings them back.
INTEGRATION = {"name": "relyv-segment", "version": version("relyv-segment")}
IDS = {"userId": USER_ID, "anonymousId": ANONYMOUS_ID, "groupId": GROUP_ID}

Shown = Mapping[str, object]


class Envelope:
    """The parts of one plan's messages that are not their content."""

    def __init__(
        self, settings: SyncSettings, image: Image, *, planned_at: str, region: str
    ) -> None:
        self._settings = settings
        self.planned_at = planned_at
        self._region = region
        roles = {column.name for column in image.roles}
        self._ids = [(name, role) for name, role in IDS.items() if role in roles]
        self._timestamps = {c: name for c, name in TIMESTAMP.items() if name in roles}
        self._own_context = bool(settings.consent or settings.external_ids)
        self._own_region = REGION in roles
        self._context: dict[str, Any] = {
            **settings.context,
            "integration": INTEGRATION,
        }
        if not settings.active:
            self._context["active"] = False

    def ids(self, shown: Shown) -> dict[str, object]:
        """
        The ids that the row has, by Segment's names.

        Raises:
            RowRejected: One of them is neither text nor a whole number.
        """
        return {
            name: identifier(value, column=name)
            for name, role in self._ids
            if (value := shown[role]) is not None
        }

    def timestamp(self, change: str, shown: Shown) -> str:
        """
        The time in the row's own column, or that of the plan.

        Raises:
            RowRejected: The column holds none.
        """
        if column := self._timestamps.get(change):
            return iso_timestamp(shown[column], column="timestamp")
        return self.planned_at

    @property
    def shared_context(self) -> Mapping[str, Any] | None:
        """The context, where no row has one of its own, nor a region."""
        if self._own_context or self._own_region or self._is_elsewhere({}):
            return None
        return self._context

    def context(self, shown: Shown) -> dict[str, Any]:
        """The settings' context, and the row's consent and external ids."""
        if not self._own_context:
            return self._context
        context = dict(self._context)
        ids = [
            {
                "id": self._external_id(each, shown),
                "type": each.type,
                "collection": each.collection,
                "encoding": each.encoding,
            }
            for each in self._settings.external_ids
            if shown[EXTERNAL_ID + each.type] is not None
        ]
        if ids:
            context["externalIds"] = ids
        consent = self._settings.consent
        if consent and consent.categories:
            preferences = {
                name: bool(shown[CATEGORY + name]) for name in consent.categories
            }
            context["consent"] = {"categoryPreferences": preferences}
        return context

    def check_region(self, shown: Shown) -> None:
        """
        Hold the row's region against that of the source.

        Raises:
            RowRejected: It belongs to another one.
        """
        if self._is_elsewhere(shown):
            raise RowRejected(
                "wrong_region",
                f"The row belongs to another region than the {self._region} source "
                "that this sync writes to. It was not sent.",
            )

    def _is_elsewhere(self, shown: Shown) -> bool:
        region = shown.get(REGION, self._settings.region or self._region)
        return region != self._region and self._region != SANDBOX_REGION

    def _external_id(self, each: ExternalId, shown: Shown) -> object:
        value = identifier(shown[EXTERNAL_ID + each.type], column=each.id)
        is_hashed = self._settings.personal.get(each.id) == "hash"
        return hashed(value) if is_hashed else value
