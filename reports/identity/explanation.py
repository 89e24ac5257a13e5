"""Why an identifier belongs where it does, in words that a person can check.

All of it is personal: it is for the screen of whoever asked, never for a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reports.identity.evidence import Identifier

Verdict = Literal[
    "canonical",
    "owned",
    "shared",
    "kiosk",
    "quarantined",
    "over_limit",
    "blocked",
    "suppressed",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two identifiers and the event that ties them; an override has no event."""

    origin: Identifier
    target: Identifier
    event_id: str | None
    event_kind: str
    happened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A person who reaches a shared identifier, and the way from it to them."""

    person: Identifier
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Something seen with an identifier that is not in its profile, and why not."""

    step: Step
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why an identifier belongs where it does.

    `steps` lead from it to the identifier that names its profile; they are empty when
    it names the profile itself, and when it belongs to nobody. `reason` is the seed's
    for a blocked value, and says so where Segment's word is taken.
    """

    identifier: Identifier | None
    verdict: Verdict
    profile_id: str | None = None
    owner: Identifier | None = None
    steps: Sequence[Step] = ()
    claims: Sequence[Claim] = ()
    strangers: Sequence[Stranger] = ()
    degree: int | None = None
    max_degree: int | None = None
    reason: str | None = None
    since: datetime | None = None
