"""The settings and the contract -> which columns make up a row's image.

The image is what the ledger keeps of a row: all that its messages are made of, and
nothing else, so that a change elsewhere in the model is no news.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.config import SyncSettings, fields_of
from sync.errors import ConfigError
from sync.manifest import Sync

# Role columns bear a leading underscore; fields bear Segment's own names. So a field
# that is renamed by the mapping is, to the ledger, one field gone and one field new.
USER_ID, ANONYMOUS_ID, GROUP_ID = "_user_id", "_anonymous_id", "_group_id"
REGION, TIMESTAMP, MESSAGE_ID = "_region", "_timestamp", "_message_id"
ROLES = (USER_ID, ANONYMOUS_ID, GROUP_ID, REGION, TIMESTAMP, MESSAGE_ID)
# PostgreSQL cuts names at 63 bytes; the ledger puts `new__` or `old__` before them.
MAX_FIELD_BYTES = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageColumn:
    """
    One column of the image: its name in the ledger, its source in the model.

    A field that the model or the mapping no longer has, while Segment still does, has
    no source: its new value is null until Segment has forgotten it.
    """

    name: str
    source: str | None
    data_type: str

    @property
    def is_json(self) -> bool:
        """JSON has no equality of its own on every warehouse: compared as text."""
        return self.data_type.lower() in ("json", "jsonb", "variant", "object", "array")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A row's image: its key, the parts with a role, and the fields."""

    keys: Sequence[ImageColumn]
    roles: Sequence[ImageColumn]
    fields: Sequence[ImageColumn]

    @property
    def values(self) -> Sequence[ImageColumn]:
        """All but the key, which is the same on both sides of a change."""
        return (*self.roles, *self.fields)

    @property
    def columns(self) -> Sequence[ImageColumn]:
        """All of it, the key first."""
        return (*self.keys, *self.values)

    def with_gone(self, gone: Sequence[ImageColumn]) -> "Image":
        """The image, and the fields that Segment has yet to forget."""
        return Image(keys=self.keys, roles=self.roles, fields=(*self.fields, *gone))

    def frozen(self) -> Mapping[str, Any]:
        """The image as JSON, to be kept with a plan."""
        return {
            part: [
                {"name": c.name, "source": c.source, "data_type": c.data_type}
                for c in getattr(self, part)
            ]
            for part in ("keys", "roles", "fields")
        }


def thawed(frozen: Mapping[str, Any]) -> Image:
    """The image that a plan was frozen with."""
    return Image(
        keys=[ImageColumn(**column) for column in frozen["keys"]],
        roles=[ImageColumn(**column) for column in frozen["roles"]],
        fields=[ImageColumn(**column) for column in frozen["fields"]],
    )


def image_of(sync: Sync) -> Image:
    """
    Work out a sync's image.

    Raises:
        ConfigError: Two fields cannot be told apart, or a field's name is too long.
    """
    types = sync.model.columns
    fields = fields_of(sync.settings, types)
    _check_names(fields, sync.name)
    return Image(
        keys=[
            ImageColumn(name=f"_key_{number}", source=column, data_type=types[column])
            for number, column in enumerate(sync.settings.key, start=1)
        ],
        roles=[
            ImageColumn(name=role, source=column, data_type=types[column])
            for role, column in _role_columns(sync.settings).items()
        ],
        fields=[
            ImageColumn(name=name, source=column, data_type=types[column])
            for name, column in fields.items()
        ],
    )


def _role_columns(settings: SyncSettings) -> Mapping[str, str]:
    added = settings.added
    region = None if settings.region in ("us", "eu") else settings.region
    roles = {
        USER_ID: settings.user_id,
        ANONYMOUS_ID: settings.anonymous_id,
        GROUP_ID: settings.group_id,
        REGION: region,
        TIMESTAMP: added.timestamp if added else None,
        MESSAGE_ID: added.message_id if added else None,
    }
    return {role: column for role, column in roles.items() if column}


def _check_names(fields: Mapping[str, str], sync: str) -> None:
    seen: dict[str, str] = {}
    for name in fields:
        if len(name.encode()) > MAX_FIELD_BYTES:
            raise ConfigError(
                f"{sync}: the field name '{name}' is longer than "
                f"{MAX_FIELD_BYTES} bytes."
            )
        if name.startswith("_key_") or name in ROLES:
            raise ConfigError(f"{sync}: the ledger itself uses the name '{name}'.")
        if name.lower() in seen:
            raise ConfigError(
                f"{sync}: the fields '{seen[name.lower()]}' and '{name}' differ by "
                "case only, which the warehouse cannot tell apart."
            )
        seen[name.lower()] = name
