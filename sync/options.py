"""What a person may ask of one run, and how hard it pushes."""

from dataclasses import dataclass, field

from pydantic_settings import SettingsConfigDict

from sync.config.blocks import RateSettings
from sync.config.manifest import Sync
from sync.diff.again import Again
from sync.diff.trial import Trial
from sync.plan.clearing import Clearing
from warehouse.environment import FromEnvironment


class DeliverySettings(FromEnvironment):
    """How hard to push, from the environment: `RELYV_DELIVERY_…`."""

    model_config = SettingsConfigDict(env_prefix="RELYV_DELIVERY_")

    connections: int = 4
    gzip: bool = True
    attempts: int = 10
    retry_seconds: float = 600
    rate_limit_seconds: float = 1_800
    requests_per_second: float | None = None
    events_per_second: float | None = None
    checkpoint_seconds: float = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """
    What a person may ask of one run.

    Attributes:
        built_by: The run of dbt that has just built the model, which is held to have
            come to its end; None where nobody knows.
    """

    accept_guard: bool = False
    accept_build: bool = False
    built_by: str | None = None
    accept_duplicates: bool = False
    start_afresh: bool = False
    retry_rejected: bool = False
    again: Again | None = None
    trial: Trial | None = None
    clearing: Clearing | None = None
    delivery: DeliverySettings = field(default_factory=DeliverySettings)


def rate_of(sync: Sync, delivery: DeliverySettings) -> RateSettings:
    """How fast it may go: the exposure's rate outweighs the environment's."""
    rate = sync.settings.rate or RateSettings()
    return RateSettings(
        requests=rate.requests or delivery.requests_per_second,
        events=rate.events or delivery.events_per_second,
    )
