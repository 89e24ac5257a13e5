"""The month in which a person is one tracked user to Segment, however many calls."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from warehouse.environment import FromEnvironment

# As Segment's pages had it in 2025-11.
FREE_TRACKED_USERS = 1_000


class BillingSettings(FromEnvironment):
    """What Segment's contract says, from the environment: `RELYV_SEGMENT_…`."""

    model_config = SettingsConfigDict(env_prefix="RELYV_SEGMENT_")

    billing_day: int = Field(
        1, ge=1, le=28, description="The day on which the billing month begins."
    )
    price_per_tracked_user: float | None = Field(
        None, ge=0, description="What one more tracked user costs; in any currency."
    )
    contract: Literal["free", "paid"] = Field(
        "paid", description="`free`: Segment locks a workspace that is often over."
    )
    tracked_users_allowance: int | None = Field(
        None, ge=1, description="Tracked users in a billing month that are paid for."
    )
    tracked_users_so_far: int = Field(
        0, ge=0, description="Those that Segment's usage page shows for this month."
    )
    calls_budget: int | None = Field(
        None, ge=1, description="Calls that all syncs may make in a billing month."
    )
    calls_allowance: int | None = Field(
        None,
        ge=1,
        description="Calls that the plan with Segment includes in a billing month.",
    )

    @property
    def allowance(self) -> int | None:
        """What the contract allows; the Free plan's own where nothing is set."""
        if self.contract == "free":
            return self.tracked_users_allowance or FREE_TRACKED_USERS
        return self.tracked_users_allowance


def month_start(now: datetime | None = None) -> datetime:
    """
    When the billing month began, as naive UTC.

    A month begins on the day of the plan with Segment, which need not be the first.
    """
    day = BillingSettings().billing_day  # type: ignore[call-arg]
    today = (now or datetime.now(UTC)).replace(tzinfo=None)
    first = (today - timedelta(days=day - 1)).replace(day=1) + timedelta(days=day - 1)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)
