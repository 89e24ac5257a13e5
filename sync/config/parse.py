"""An exposure's `segment_sync` block -> settings that can be trusted.

Every key is known and fits the kind of call, or nothing starts: the error names the
place, the key and the nearest right spelling.
"""

import difflib
from collections.abc import Iterable, Mapping
from itertools import chain

from pydantic import BaseModel, ValidationError

from sync.config.blocks import (
    Consent,
    EventSettings,
    ExternalId,
    Guard,
    Membership,
    RateSettings,
    TrackingPlanSettings,
)
from sync.config.settings import CHANGES, SyncSettings
from sync.errors import ConfigError

# What a sync says itself, of every call.
OWN_CONTEXT = {
    "active": "active",
    "consent": "consent",
    "externalIds": "external_ids",
    "integration": None,
}


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
