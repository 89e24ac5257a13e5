"""What an exposure's `segment_sync` block may say.

`parse.py` reads one, and `contract.py` holds it against the model's contract.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool

from sync.config.blocks import (
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


def _member(event: str) -> Membership:
    return Membership(event=event)
