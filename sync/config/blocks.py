"""The blocks inside an exposure's `segment_sync` block, each with its own few keys."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# A name that all warehouses take as a column's, in the ledger beside a prefix.
ID_TYPE = r"^[a-z][a-z0-9_]{0,39}$"


class Block(BaseModel):
    """A block of settings: no key that is not known, and no change once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventSettings(Block):
    """The track call that one kind of change becomes."""

    event: str = Field(min_length=1, description="Segment's event name.")
    timestamp: str | None = Field(
        None, description="Column with the time of the event; else the plan's time."
    )
    message_id: str | None = Field(
        None,
        description="Column used as messageId: as it is for `added`; for the others "
        "with the change and a hash of the plan behind it.",
    )
    previous: str | None = Field(
        None,
        min_length=1,
        description="`changed` only: the property that holds what the fields that "
        "changed were before.",
    )


class Membership(Block):
    """The track call of somebody who enters or leaves an audience."""

    event: str = Field(min_length=1, description="Segment's event name.")


class ExternalId(Block):
    """One more identifier of the person, for Unify: `context.externalIds`."""

    id: str = Field(description="The column that holds it. Null: the row has none.")
    type: str = Field(pattern=ID_TYPE, description="Segment's name of the identifier.")
    collection: Literal["users", "accounts"] = "users"
    encoding: Literal["none"] = "none"


class Consent(Block):
    """Who may be told of, and what they agreed to."""

    column: str | None = Field(
        None,
        description="Boolean column. A row where it is not true is no row of the sync: "
        "no call is made about it, and its image is deleted.",
    )
    categories: dict[str, str] = Field(
        default_factory=dict,
        description="{category: boolean column}, sent as "
        "`context.consent.categoryPreferences`. Null counts as no.",
    )


class Guard(Block):
    """A plan beyond these stops, with exit code 3, until somebody accepts it."""

    removed_percent: float = Field(
        10, ge=0, le=100, description="Removed rows, in percent of those confirmed."
    )
    calls: int = Field(200_000, ge=1, description="Calls in one plan.")


class RateSettings(Block):
    """How fast one run of this sync may go; retries count. Absent: no limit."""

    requests: float | None = Field(default=None, gt=0, description="Requests a second.")
    events: float | None = Field(
        default=None, gt=0, description="Calls a second. Engage takes 1,000."
    )


class TrackingPlanSettings(Block):
    """The rules that this sync's calls are held against before they leave."""

    file: str = Field(
        min_length=1, description="JSON with `rules`, as Protocols has them."
    )
    on_violation: Literal["flag", "block"] = Field(
        "flag", description="`block` rejects the row; `flag` sends and counts it."
    )


def one_or_many(value: object) -> object:
    """A single name stands for a list of one."""
    return [value] if isinstance(value, str) else value


def column_alone(value: Any) -> Any:
    """`consent: column` is short for `consent: {column: column}`."""
    return {"column": value} if isinstance(value, str) else value
