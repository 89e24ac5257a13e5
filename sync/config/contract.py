"""The settings, held against the model's contract: columns, their types, their tags."""

from collections.abc import Iterable, Mapping
from itertools import chain

from sync.config.parse import nearest
from sync.config.settings import CHANGES, SyncSettings
from sync.errors import ConfigError
from warehouse.ddl import base_type

NUMBERS = (
    "int", "integer", "bigint", "smallint", "tinyint", "hugeint", "int2", "int4",
    "int8", "uinteger", "ubigint", "usmallint", "utinyint", "numeric", "decimal",
    "number", "real", "float", "float4", "float8", "double", "double precision",
)  # fmt: skip


def check_columns(
    settings: SyncSettings,
    columns: Mapping[str, str],
    personal: Iterable[str],
    *,
    where: str,
) -> None:
    """
    Hold the settings against the model's contract.

    Args:
        settings: What the exposure says.
        columns: Each column of the contract with its data type.
        personal: The columns that are tagged as personal data.
        where: The exposure and its file, for the message.

    Raises:
        ConfigError: A column is not in the contract, has a type that its part does
            not allow, or is personal and not named.
    """
    for problem in chain(
        _unknown_columns(settings, columns),
        _wrong_types(settings, columns),
        _personal_problems(settings, columns, set(personal)),
        _field_problems(settings, columns),
    ):
        raise ConfigError(f"{where}: {problem}")


def fields_of(settings: SyncSettings, columns: Iterable[str]) -> Mapping[str, str]:
    """
    Segment's name of each trait or property -> the model's column.

    `all` means every column that has no other part to play (key, id, region, time).
    """
    if settings.trait:
        return {}
    if isinstance(settings.fields, dict):
        return settings.fields
    if isinstance(settings.fields, list):
        return {column: column for column in settings.fields}
    taken = {column for key, column in named_columns(settings) if key != "personal"}
    return {column: column for column in columns if column not in taken}


def named_columns(settings: SyncSettings) -> Iterable[tuple[str, str]]:
    """Every (key, column) pair by which the settings name a column of the model."""
    for column in settings.key:
        yield "key", column
    yield from role_columns(settings).items()
    if settings.consent and settings.consent.column:
        yield "consent", settings.consent.column
    for column in settings.personal:
        yield "personal", column
    if settings.fields != "all":
        for column in fields_of(settings, ()).values():
            yield "fields", column


def role_columns(settings: SyncSettings) -> Mapping[str, str]:
    """Each setting that gives a column a part other than a field's -> the column."""
    found: dict[str, str | None] = {
        "user_id": settings.user_id,
        "anonymous_id": settings.anonymous_id,
        "group_id": settings.group_id,
        "region": None if settings.region in ("us", "eu") else settings.region,
        "last_activity": settings.last_activity,
    }
    for change in CHANGES:
        if event := settings.event_for(change):
            found[f"{change}.timestamp"] = event.timestamp
            found[f"{change}.message_id"] = event.message_id
    for each in settings.external_ids:
        found[f"external_ids.{each.type}"] = each.id
    if settings.consent:
        for category, column in settings.consent.categories.items():
            found[f"consent.categories.{category}"] = column
    return {part: column for part, column in found.items() if column}


def _unknown_columns(
    settings: SyncSettings, columns: Mapping[str, str]
) -> Iterable[str]:
    for key, column in named_columns(settings):
        if column not in columns:
            yield (
                f"`{key}` names the column '{column}', which the model does not have."
                f"{nearest(column, columns)}"
            )


def _wrong_types(settings: SyncSettings, columns: Mapping[str, str]) -> Iterable[str]:
    for part, column in named_columns(settings):
        wanted = _wanted_type(part)
        if wanted and wanted not in base_type(columns[column]):
            yield (
                f"`{part}` names the column '{column}', which is a {columns[column]}; "
                f"it must be a {wanted}."
            )
    fields = fields_of(settings, columns)
    for name in settings.significant:
        if name not in fields:
            close = nearest(name, fields)
            yield f"`significant` names '{name}', which is no field.{close}"
        elif base_type(columns[fields[name]]) not in NUMBERS:
            yield f"`significant`: '{name}' is a {columns[fields[name]]}, not a number."


def _wanted_type(part: str) -> str | None:
    if part == "consent" or part.startswith("consent.categories."):
        return "bool"
    if part == "last_activity" or part.endswith(".timestamp"):
        return "timestamp"
    return None


def _personal_problems(
    settings: SyncSettings, columns: Mapping[str, str], personal: set[str]
) -> Iterable[str]:
    roles = role_columns(settings)
    ids = {roles.get(part) for part in ("user_id", "anonymous_id", "group_id")}
    leaving = {
        *fields_of(settings, columns).values(),
        *(column for part, column in roles.items() if part.endswith(".message_id")),
        *(each.id for each in settings.external_ids),
    }
    for column in columns:
        if column in leaving & personal and column not in settings.personal:
            yield (
                f"the column '{column}' is tagged as personal data. Say "
                f"`personal: {{{column}: send}}` or `hash`, or leave it out of "
                "`fields`."
            )
    for column, choice in settings.personal.items():
        if choice == "hash" and column in ids:
            yield (
                f"`personal` cannot hash '{column}': as an id it would be another "
                "person's. Hash it in the model, in every call that names them."
            )


def _field_problems(
    settings: SyncSettings, columns: Mapping[str, str]
) -> Iterable[str]:
    fields = fields_of(settings, columns)
    previous = settings.changed.previous if settings.changed else None
    if previous in fields:
        yield f"`changed.previous`: '{previous}' is a field already."
    if settings.call == "audience" and "audience_key" in fields:
        yield "an audience's calls have their own `audience_key`: rename the field."
