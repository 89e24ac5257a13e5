"""A session with everything that was worked out about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.e2e.oracle.exclusions import duration_ms, excluded_reason
from tests.e2e.oracle.identity import Identities, Profile
from tests.e2e.oracle.landed import Counting, Row
from tests.e2e.oracle.memberships import account_of, memberships
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.signals import score

INTERACTIONS = {"click", "touch", "input_change", "form_submit", "scroll"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    One session.

    Attributes:
        score: 0 to 100; None when the session does not count.
        replay_url: Where to watch it; None when it cannot or may not be watched.
        own_device: The device, when it is the profile's own.
        bug_reported_at: When a bug was last reported in it.
    """

    session: Row
    profile: Profile | None
    excluded_reason: str | None
    score: int | None
    top_signal: str | None
    replay_url: str | None
    own_device: str | None
    bug_reported_at: datetime | None
    account: str | None

    @property
    def session_id(self) -> str:
        return str(self.session["session_id"])

    @property
    def started_at(self) -> datetime:
        started: datetime = self.session["started_at"]
        return started

    @property
    def is_counted(self) -> bool:
        """A session too short to score was still a visit."""
        return self.excluded_reason in (None, "too_short")

    def age_days(self, as_of: datetime) -> int:
        return (as_of.date() - self.started_at.date()).days


def visits(
    rows: Counting,
    profiles: dict[str, Profile | None],
    who: Identities,
    settings: Settings,
    as_of: datetime,
) -> dict[str, Visit]:
    """Judge every session."""
    told = memberships(rows.calls, who)
    return {
        session_id: _visit(
            session,
            rows.events[session_id],
            profiles[session_id],
            account_of(session, profiles[session_id], told),
            who,
            settings,
            as_of,
        )
        for session_id, session in rows.sessions.items()
    }


def without_query(url: str | None) -> str | None:
    """A token that opens a page for everybody would travel in the query."""
    return url and url.split("?")[0]


def _visit(
    session: Row,
    events: list[Row],
    profile: Profile | None,
    account: str | None,
    who: Identities,
    settings: Settings,
    as_of: datetime,
) -> Visit:
    reason = excluded_reason(session, events, settings)
    found = score(events, settings)
    kinds = {event["event_type"] for event in events}
    is_watchable = reason is None and _is_watchable(session, kinds, settings, as_of)
    device = ("anonymous_id", session["anonymous_id"])
    is_own = profile and device not in who.nobodys and who.owner.get(device) == profile
    return Visit(
        session=session,
        profile=profile,
        account=account,
        excluded_reason=reason,
        score=None if reason else found.points,
        top_signal=None if reason else found.top_signal,
        replay_url=without_query(session["replay_url"]) if is_watchable else None,
        own_device=session["anonymous_id"] if is_own else None,
        bug_reported_at=max(
            (event["ts"] for event in events if event["event_type"] == "bug_report"),
            default=None,
        ),
    )


def _is_watchable(
    session: Row, kinds: Iterable[str], settings: Settings, as_of: datetime
) -> bool:
    today = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001 - naive UTC
    expires = session["replay_expires_at"]
    return bool(
        session["recording_status"] == "recorded"
        and session["replay_url"]
        and session["replay_requires_auth"] is not False
        and (expires is None or expires > today)
        and (duration_ms(session) or 0) >= settings.thresholds["replay_ms"]
        and (session["click_count"] or INTERACTIONS.intersection(kinds))
    )
