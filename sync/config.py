"""An exposure's `segment_sync` block -> settings that can be trusted.

Every key is known and fits the kind of call, or nothing starts. What the settings say
of the model is held against its contract in `contract.py`.
"""

import difflib
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StrictBool, ValidationError

from sync.blocks import (
    Block,
    Consent,
    EventSettings,
    ExternalId,
    Guard,
    Membership,
    RateSettings,
    TrackingPlanSettings,
    column_alone,
    one_or_many,
)
from sync.errors import ConfigError

# What a sync says itself, of every call.
OWN_CONTEXT = {
    "active": "active",
    "consent": "consent",
    "externalIds": "external_ids",
    "integration": None,
}
CHANGES = ("added", "changed", "removed")


class SyncSettings(Block):
    """What `config.meta.segment_sync` of an exposure may say."""

    targets: list[str] = Field(
        default_factory=list, description="dbt targets in which it may send."
    )
    call: Literal["identify", "track", "group", "audience"] = Field(
        description="What a row becomes. `audience`: a row is a member."
    )
    source: str = Field(
        "relyv",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Segment source; its key is SEGMENT_<SOURCE>_WRITE_KEY.",
    )
    region: str | None = Field(
        None, description="`us`, `eu`, or the column that says which, row by row."
    )
    key: Annotated[list[str], BeforeValidator(one_or_many), Field(min_length=1)] = (
        Field(description="The column, or columns, that tell one row from another.")
    )
    user_id: str | None = Field(None, description="Column with the userId.")
    anonymous_id: str | None = Field(None, description="Column with the anonymousId.")
    group_id: str | None = Field(None, description="Column with the groupId.")
    external_ids: list[ExternalId] = Field(default_factory=list)
    fields: Literal["all"] | list[str] | dict[str, str] = Field(
        "all", description="`all`, a list of columns, or {Segment's name: column}."
    )
    personal: dict[str, Literal["send", "hash"]] = Field(
        default_factory=dict,
        description="Columns tagged personal leave only if named here.",
    )
    consent: Annotated[Consent | None, BeforeValidator(column_alone)] = Field(
        None, description="A boolean column, or {column: …, categories: {…}}."
    )
    context: dict[str, Any] = Field(
        default_factory=dict, description="Said in the `context` of every call."
    )
    integrations: dict[str, StrictBool | dict[str, Any]] = Field(
        default_factory=dict,
        description="Destinations, by Segment's name: true, false, or their options.",
    )
    active: bool = Field(
        True, description="False: the call does not count as activity of the person."
    )
    send: Literal["changed", "all"] = Field(
        "changed", description="The fields that changed, or the whole row."
    )
    significant: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict,
        description="{field: smallest move that alone is worth a call}.",
    )
    on_removed: Literal["clear", "ignore"] = Field(
        "clear",
        description="A row that left: its traits become null, a member exits; or not.",
    )
    initial: Literal["send", "skip"] = Field(
        "send", description="`skip`: the first result set is taken as known."
    )
    added: EventSettings | None = None
    changed: EventSettings | None = None
    removed: EventSettings | None = None
    entered: Membership = Field(default_factory=lambda: _member("Segment Entered"))
    exited: Membership = Field(default_factory=lambda: _member("Segment Exited"))
    trait: str | None = Field(
        None,
        min_length=1,
        description="An audience as a trait: an identify with true or false, instead "
        "of the track calls.",
    )
    schedule: str | None = Field(None, description="Cron, for Dagster.")
    guard: Guard = Field(default_factory=Guard)  # type: ignore[arg-type]
    rate: RateSettings | None = None
    tracking_plan: TrackingPlanSettings | None = None
    dormant: Literal["send", "hold"] = Field(
        "send",
        description="`hold`: nothing is sent about somebody who did nothing in this "
        "billing month, since the call alone would make a tracked user.",
    )
    last_activity: str | None = Field(
        None, description="Timestamp column: what the person last did; for `dormant`."
    )

    @property
    def is_insert_only(self) -> bool:
        """Event rows: each is sent once, and what becomes of it later is no news."""
        return self.call == "track" and not (self.changed or self.removed)

    @property
    def keeps_traits(self) -> bool:
        """Whether Segment holds the fields for an id, so that they can be cleared."""
        return self.call in ("identify", "group")

    @property
    def sends_type(self) -> str:
        """The type of the messages."""
        if self.call == "audience":
            return "identify" if self.trait else "track"
        return self.call

    @property
    def event_names(self) -> set[str]:
        """Every event that its track calls can name."""
        if self.sends_type != "track":
            return set()
        if self.call == "audience":
            return {self.entered.event, self.exited.event}
        events = (self.event_for(change) for change in CHANGES)
        return {event.event for event in events if event}

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
    for problem in chain(
        _id_problems(settings),
        _event_problems(settings),
        _audience_problems(settings),
        _context_problems(settings),
        _dormant_problems(settings),
    ):
        raise ConfigError(f"{where}: {problem}")
    return settings


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean …?', or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _id_problems(settings: SyncSettings) -> Iterable[str]:
    if not (settings.user_id or settings.anonymous_id):
        yield "one of `user_id` and `anonymous_id` is needed."
    if settings.call == "group" and not settings.group_id:
        yield "`call: group` needs `group_id`."
    types = [each.type for each in settings.external_ids]
    if len(types) > len(set(types)):
        yield "`external_ids` names one `type` twice: a row has one id of each."


def _event_problems(settings: SyncSettings) -> Iterable[str]:
    named = [change for change in CHANGES if settings.event_for(change)]
    if settings.call == "track" and not named:
        yield (
            "`call: track` needs an event: `added: {event: …}`, `changed:` or "
            "`removed:`."
        )
    if settings.call != "track" and named:
        yield (
            "`added`, `changed` and `removed` name the events of a track sync; this "
            f"one is `call: {settings.call}`."
        )
    for change in named:
        event = settings.event_for(change)
        if change != "changed" and event and event.previous:
            yield f"`{change}.previous`: only a `changed` event has previous values."
    has_changes = settings.keeps_traits or settings.changed
    if settings.significant and not has_changes:
        yield "`significant` weighs changes, and this sync sends none."


def _audience_problems(settings: SyncSettings) -> Iterable[str]:
    events = settings.model_fields_set & {"entered", "exited"}
    if settings.call != "audience" and (events or settings.trait):
        yield (
            "`entered`, `exited` and `trait` are for an audience; this one is "
            f"`call: {settings.call}`."
        )
    if settings.trait and events:
        yield "`trait` replaces the calls that `entered` and `exited` name: say one."
    if settings.trait and settings.fields != "all":
        yield "`trait` sends membership alone. For more traits, use `call: identify`."


def _context_problems(settings: SyncSettings) -> Iterable[str]:
    for key in settings.context.keys() & OWN_CONTEXT.keys():
        instead = OWN_CONTEXT[key]
        yield f"`context.{key}` is not free." + (
            f" Use `{instead}`." if instead else ""
        )


def _dormant_problems(settings: SyncSettings) -> Iterable[str]:
    if settings.dormant == "hold" and not settings.last_activity:
        yield (
            "`dormant: hold` needs `last_activity`: the column that says when somebody "
            "last did something."
        )


def _member(event: str) -> Membership:
    return Membership(event=event)


def _first_problem(error: ValidationError) -> str:
    problems = error.errors(include_input=False, include_url=False)
    # A key that is misspelt is often missing, too: the first says more.
    problem = min(problems, key=lambda each: each["type"] != "extra_forbidden")
    path = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        word, block = str(problem["loc"][-1]), str(problem["loc"][0])
        model = _BLOCKS[block] if len(problem["loc"]) > 1 else SyncSettings
        return f"`{path}` is not a setting.{nearest(word, model.model_fields)}"
    if problem["type"] == "missing":
        return f"`{path}` is missing."
    return f"`{path}`: {problem['msg']}."


_BLOCKS: Mapping[str, type[BaseModel]] = {
    "added": EventSettings,
    "changed": EventSettings,
    "removed": EventSettings,
    "entered": Membership,
    "exited": Membership,
    "external_ids": ExternalId,
    "consent": Consent,
    "guard": Guard,
    "rate": RateSettings,
    "tracking_plan": TrackingPlanSettings,
}
