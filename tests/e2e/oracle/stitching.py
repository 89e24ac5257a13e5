"""Whose is each session.

The user identified during it; else the owner of its device; else, on a device that is
nobody's own, the next and then the previous user on it within a week; else nobody. On
such a device an e-mail address without a user id says who it is, too.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from tests.e2e.oracle.identity import Identities, Profile
from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.observations import Observation

A_WEEK = timedelta(hours=168)


def stitch(
    sessions: dict[str, Row], observed: list[Observation], who: Identities
) -> dict[str, Profile | None]:
    """The profile of each session."""
    inside: dict[str, list[Observation]] = defaultdict(list)
    on_device: dict[str, list[Observation]] = defaultdict(list)
    for call in observed:
        if _named(call, who) and call.session_id:
            inside[call.session_id].append(call)
        if _named(call, who) and call.device:
            on_device[call.device].append(call)
    return {
        session_id: _profile(
            row, inside[session_id], on_device[row["anonymous_id"] or ""], who
        )
        for session_id, row in sessions.items()
    }


def _profile(
    session: Row,
    inside: list[Observation],
    on_device: list[Observation],
    who: Identities,
) -> Profile | None:
    start, end = session["started_at"], finished_at(session)
    during = inside + [
        call
        for call in on_device
        if call.session_id is None and start <= call.occurred_at <= end
    ]
    if during:
        last = max(during, key=lambda call: (call.occurred_at, call.event_id))
        return _named(last, who)
    device = ("anonymous_id", session["anonymous_id"])
    if device not in who.nobodys:
        return who.owner.get(device)
    neighbour = _next(on_device, end) or _previous(on_device, start)
    if neighbour:
        return _named(neighbour, who)
    return who.owner[device]


def _named(call: Observation, who: Identities) -> Profile | None:
    """Who it says is there."""
    if call.user_id:
        return who.owner["user_id", call.user_id]
    if call.email and ("anonymous_id", call.device) in who.nobodys:
        return who.owner["email", call.email]
    return None


def finished_at(session: Row) -> datetime:
    """When it ended, as far as is known."""
    known = (session[name] for name in ("ended_at", "last_event_at", "started_at"))
    at: datetime = next(moment for moment in known if moment)
    return at


def _next(calls: list[Observation], end: datetime) -> Observation | None:
    after = [call for call in calls if end < call.occurred_at <= end + A_WEEK]
    return min(after, key=lambda call: (call.occurred_at, call.event_id), default=None)


def _previous(calls: list[Observation], start: datetime) -> Observation | None:
    before = [call for call in calls if start - A_WEEK <= call.occurred_at < start]
    latest = max((call.occurred_at for call in before), default=None)
    last = [call for call in before if call.occurred_at == latest]
    return min(last, key=lambda call: call.event_id, default=None)
