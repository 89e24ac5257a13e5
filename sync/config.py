"""An exposure's `segment_sync` block -> settings that can be trusted.

Every key is known, every column exists in the model's contract, or nothing starts.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sync.errors import ConfigError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class EventSettings(_Strict):
    """The track call that one kind of change becomes."""

    event: str = Field(min_length=1, description="Segment's event name.")
    timestamp: str | None = Field(
        None, description="Column with the time of the event; else the plan's time."
    )
    message_id: str | None = Field(
        None, description="Column used as messageId, as it is; for `added` only."
    )


class Guard(_Strict):
    """A plan beyond these stops, with exit code 3, until somebody accepts it."""

    removed_percent: float = Field(
        10, ge=0, le=100, description="Removed rows, in percent of those confirmed."
    )
    calls: int = Field(200_000, ge=1, description="Calls in one plan.")


class RateSettings(_Strict):
    """How fast one run of this sync may go; retries count. Absent: no limit."""

    requests: float | None = Field(default=None, gt=0, description="Requests a second.")
    events: float | None = Field(
        default=None, gt=0, description="Calls a second. Engage takes 1,000."
    )


class TrackingPlanSettings(_Strict):
    """The rules that this sync's calls are held against before they leave."""

    file: str = Field(
        min_length=1, description="JSON with `rules`, as Protocols has them."
    )
    on_violation: Literal["flag", "block"] = Field(
        "flag", description="`block` rejects the row; `flag` sends and counts it."
    )


class SyncSettings(_Strict):
    """What `config.meta.segment_sync` of an exposure may say."""

    targets: list[str] = Field(
        default_factory=list, description="dbt targets in which it may send."
    )
    call: Literal["identify", "track", "group"]
    source: str = Field(
        "relyv",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Segment source; its key is SEGMENT_<SOURCE>_WRITE_KEY.",
    )
    region: str | None = Field(
        None, description="`us`, `eu`, or the column that says which, row by row."
    )
    key: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    fields: Literal["all"] | list[str] | dict[str, str] = Field(
        "all", description="`all`, a list of columns, or {Segment's name: column}."
    )
    personal: dict[str, Literal["send", "hash"]] = Field(
        default_factory=dict,
        description="Columns tagged personal leave only if named here.",
    )
    context: dict[str, Any] = Field(default_factory=dict)
    integrations: dict[str, Any] = Field(default_factory=dict)
    active: bool = Field(
        True, description="False: the call does not count as activity of the person."
    )
    send: Literal["changed", "all"] = "changed"
    significant: dict[str, float] = Field(
        default_factory=dict,
        description="{field: smallest move that alone is worth a call}.",
    )
    on_removed: Literal["clear", "ignore"] = "clear"
    initial: Literal["send", "skip"] = "send"
    added: EventSettings | None = None
    changed: EventSettings | None = None
    removed: EventSettings | None = None
    schedule: str | None = Field(None, description="Cron, for Dagster.")
    guard: Guard = Field(default_factory=Guard)  # type: ignore[arg-type]
    rate: RateSettings | None = None
    tracking_plan: TrackingPlanSettings | None = None

    @property
    def is_insert_only(self) -> bool:
        """Event rows: each is sent once, and what becomes of it later is no news."""
        return self.call == "track" and not (self.changed or self.removed)

    def event_for(self, change: str) -> EventSettings | None:
        """The event that a kind of change becomes, if it becomes one."""
        return {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
        }.get(change)


def parse_settings(block: object, *, where: str) -> SyncSettings:
    """
    Read one block.

    Args:
        block: What the yml holds under `segment_sync`.
        where: The exposure and its file, for the message.

    Raises:
        ConfigError: Names the place, the key and the nearest right spelling.
    """
    try:
        settings = SyncSettings.model_validate(block)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_first_problem(error)}") from None
    _check_ids(settings, where)
    _check_events(settings, where)
    return settings


def check_columns(
    settings: SyncSettings, columns: Iterable[str], personal: set[str], *, where: str
) -> None:
    """
    Hold the settings against the model's contract.

    Raises:
        ConfigError: A column is not in the contract, or is personal and not named.
    """
    known = list(columns)
    for key, column in named_columns(settings):
        if column not in known:
            raise ConfigError(
                f"{where}: `{key}` names the column '{column}', which the model does "
                f"not have.{nearest(column, known)}"
            )
    for column in fields_of(settings, known).values():
        if column in personal and column not in settings.personal:
            raise ConfigError(
                f"{where}: the column '{column}' is tagged as personal data. Say "
                f"`personal: {{{column}: send}}` or `hash`, or leave it out of "
                "`fields`."
            )


def fields_of(settings: SyncSettings, columns: Iterable[str]) -> Mapping[str, str]:
    """
    Segment's name of each trait or property -> the model's column.

    `all` means every column that has no other part to play (key, id, region, time).
    """
    if isinstance(settings.fields, dict):
        return settings.fields
    if isinstance(settings.fields, list):
        return {column: column for column in settings.fields}
    taken = {column for key, column in named_columns(settings) if key != "personal"}
    taken -= set(settings.significant)
    return {column: column for column in columns if column not in taken}


def named_columns(settings: SyncSettings) -> Iterable[tuple[str, str]]:
    """Every (key, column) pair by which the settings name a column of the model."""
    for column in settings.key:
        yield "key", column
    for role in ("user_id", "anonymous_id", "group_id"):
        if column := getattr(settings, role):
            yield role, column
    if settings.region not in (None, "us", "eu"):
        yield "region", str(settings.region)
    for change in ("added", "changed", "removed"):
        if event := settings.event_for(change):
            if event.timestamp:
                yield f"{change}.timestamp", event.timestamp
            if event.message_id:
                yield f"{change}.message_id", event.message_id
    for column in settings.personal:
        yield "personal", column
    if settings.fields != "all":
        for column in fields_of(settings, ()).values():
            yield "fields", column


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean …?', or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _check_ids(settings: SyncSettings, where: str) -> None:
    if not (settings.user_id or settings.anonymous_id):
        raise ConfigError(f"{where}: one of `user_id` and `anonymous_id` is needed.")
    if settings.call == "group" and not settings.group_id:
        raise ConfigError(f"{where}: `call: group` needs `group_id`.")


def _check_events(settings: SyncSettings, where: str) -> None:
    events = [settings.added, settings.changed, settings.removed]
    if settings.call == "track" and not any(events):
        raise ConfigError(
            f"{where}: `call: track` needs an event: `added: {{event: …}}`, `changed:` "
            "or `removed:`."
        )
    if settings.call != "track" and any(events):
        raise ConfigError(
            f"{where}: `added`, `changed` and `removed` name the events of a track "
            f"sync; this one is `call: {settings.call}`."
        )
    for change in ("changed", "removed"):
        event = settings.event_for(change)
        if event and event.message_id:
            raise ConfigError(f"{where}: `message_id` is for `added` only.")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    path = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        word = str(problem["loc"][-1])
        models: dict[str, type[BaseModel]] = {
            "guard": Guard,
            "rate": RateSettings,
            "tracking_plan": TrackingPlanSettings,
        }
        models |= dict.fromkeys(("added", "changed", "removed"), EventSettings)
        model = models.get(str(problem["loc"][0]), SyncSettings)
        return f"`{path}` is not a setting.{nearest(word, model.model_fields)}"
    if problem["type"] == "missing":
        return f"`{path}` is missing."
    return f"`{path}`: {problem['msg']}."
