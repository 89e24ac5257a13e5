"""The settings and the contract -> which columns make up a row's image.

The image is what the ledger keeps of a row: all that its messages are made of, and
nothing else, so that a change elsewhere in the model is no news.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import column as named_column
from sqlalchemy import table

from sync.config.contract import fields_of, role_columns
from sync.config.manifest import Model, Sync
from sync.config.settings import SyncSettings
from sync.errors import ConfigError

# Role columns bear a leading underscore; fields bear Segment's own names. So a field
# that is renamed by the mapping is, to the ledger, one field gone and one field new.
USER_ID, ANONYMOUS_ID, GROUP_ID = "_user_id", "_anonymous_id", "_group_id"
REGION, LAST_ACTIVITY = "_region", "_last_activity"
TIMESTAMP = {
    "added": "_timestamp",
    "changed": "_changed_timestamp",
    "removed": "_removed_timestamp",
}
MESSAGE_ID = {
    "added": "_message_id",
    "changed": "_changed_message_id",
    "removed": "_removed_message_id",
}
# With the identifier's type, or the category's name, behind it.
EXTERNAL_ID, CATEGORY = "_external_", "_category_"
ROLES: Mapping[str, str] = {
    "user_id": USER_ID,
    "anonymous_id": ANONYMOUS_ID,
    "group_id": GROUP_ID,
    "region": REGION,
    "last_activity": LAST_ACTIVITY,
    **{f"{change}.timestamp": name for change, name in TIMESTAMP.items()},
    **{f"{change}.message_id": name for change, name in MESSAGE_ID.items()},
}
# What else the ledger keeps beside an image: sync/ledger/tables.py.
BESIDE = ("_change", "_reason", "_detail")
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
    fields, roles = fields_of(sync.settings, types), _role_columns(sync.settings)
    for name in fields:
        if name.startswith("_key_") or name in BESIDE or is_role(name):
            raise ConfigError(f"{sync.name}: the ledger itself uses the name '{name}'.")
    _check_names([*roles, *fields], sync.name)
    return Image(
        keys=[
            ImageColumn(name=f"_key_{number}", source=column, data_type=types[column])
            for number, column in enumerate(sync.settings.key, start=1)
        ],
        roles=[
            ImageColumn(name=role, source=column, data_type=types[column])
            for role, column in roles.items()
        ],
        fields=[
            ImageColumn(name=name, source=column, data_type=types[column])
            for name, column in fields.items()
        ],
    )


def relation(model: Model) -> Any:
    """The model as it stands in the warehouse."""
    return table(
        model.identifier, *map(named_column, model.columns), schema=model.schema
    )


def is_role(name: str) -> bool:
    """Whether a ledger column holds something else than a field."""
    return name in ROLES.values() or name.startswith((EXTERNAL_ID, CATEGORY))


def _role_columns(settings: SyncSettings) -> Mapping[str, str]:
    return {_role(part): column for part, column in role_columns(settings).items()}


def _role(part: str) -> str:
    if part.startswith("external_ids."):
        return EXTERNAL_ID + part.removeprefix("external_ids.")
    if part.startswith("consent.categories."):
        return CATEGORY + part.removeprefix("consent.categories.")
    return ROLES[part]


def _check_names(names: Sequence[str], sync: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if len(name.encode()) > MAX_FIELD_BYTES:
            raise ConfigError(
                f"{sync}: the name '{name}' is longer than {MAX_FIELD_BYTES} bytes."
            )
        if name.lower() in seen:
            raise ConfigError(
                f"{sync}: the names '{seen[name.lower()]}' and '{name}' differ by "
                "case only, which the warehouse cannot tell apart."
            )
        seen[name.lower()] = name
