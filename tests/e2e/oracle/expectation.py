"""Landed rows -> what a receiver that missed nothing would hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.e2e.oracle.accounts import traits_of_accounts
from tests.e2e.oracle.events import Event, EventKey, events_of
from tests.e2e.oracle.identity import Identities, Profile, identities
from tests.e2e.oracle.landed import Landed, counting
from tests.e2e.oracle.observations import observations
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.stitching import stitch
from tests.e2e.oracle.traits import Traits, traits_of_users
from tests.e2e.oracle.visits import visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """
    What the rules make of the rows of one day.

    Attributes:
        traits: The traits of each user, without those that are null.
        accounts: The traits of each account with a known member, likewise.
        events: Everything to be told, by what it is about.
        profiles: The profile of each session.
        who: The profile of each identifier.
    """

    traits: Mapping[str, Traits]
    accounts: Mapping[str, Traits]
    events: Mapping[EventKey, Event]
    profiles: Mapping[str, Profile | None]
    who: Identities


def expect(landed: Landed, settings: Settings, as_of: datetime) -> Expectation:
    """Work out what Segment should know at this moment."""
    rows = counting(landed, as_of)
    observed = observations(rows, settings)
    who = identities(rows, observed, settings)
    profiles = stitch(rows.sessions, observed, who)
    judged = visits(rows, profiles, who, settings, as_of)
    return Expectation(
        traits=traits_of_users(judged.values(), settings, as_of),
        accounts=traits_of_accounts(judged.values(), settings, as_of),
        events=events_of(rows, judged, settings, as_of),
        profiles=profiles,
        who=who,
    )
