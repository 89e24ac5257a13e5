"""The events that Segment should have: what happened, to whom, when.

An event is told once. So it keeps the name and the values that it had when it was told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.e2e.oracle.landed import Counting, Row
from tests.e2e.oracle.replays import worthy
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.spikes import spikes
from tests.e2e.oracle.stitching import finished_at
from tests.e2e.oracle.traits import iso
from tests.e2e.oracle.visits import Visit, without_query

EventKey = tuple[str, str]
"""The event's name, and what it is about: a session, a report or a sharing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A track call, as far as it is not a matter of its delivery."""

    name: str
    user_id: str | None
    anonymous_id: str | None
    timestamp: str | None
    properties: Mapping[str, object] = field(hash=False)


def events_of(
    rows: Counting, visits: dict[str, Visit], settings: Settings, as_of: datetime
) -> dict[EventKey, Event]:
    """Everything worth telling about sessions that may be told of."""
    told = {key: visit for key, visit in visits.items() if _may_be_told(visit)}
    found: dict[EventKey, Event] = {}
    for visit in told.values():
        found["Session Started", visit.session_id] = _started(visit)
    spiked = {}
    for visit, rule in spikes([*visits.values()], settings, as_of):
        spiked[visit.session_id] = rule
        if visit.session_id in told:
            found["Frustration Spike Detected", visit.session_id] = _event(
                "Frustration Spike Detected",
                visit,
                finished_at(visit.session),
                **_scored(visit),
                spike_rule=rule,
            )
    for report_id, row in _first_tellings(rows, "bug_report", "report_id"):
        if row["session_id"] in told:
            visit = told[row["session_id"]]
            found["Bug Reported", report_id] = _event(
                "Bug Reported",
                visit,
                row["ts"],
                **_scored(visit),
                report_id=report_id,
                report_source=row["report_source"],
                severity=row["severity"],
            )
    for share_id, row in _first_tellings(rows, "share", "share_id"):
        if row["session_id"] in told:
            visit = told[row["session_id"]]
            found["Replay Shared", share_id] = _event(
                "Replay Shared",
                visit,
                row["ts"],
                **_scored(visit),
                share_id=share_id,
                share_channel=row["share_channel"],
            )
    for visit in told.values():
        events = rows.events[visit.session_id]
        reason = worthy(visit, events, visit.session_id in spiked, settings, as_of)
        if reason:
            found["Replay Worth Watching", visit.session_id] = _event(
                "Replay Worth Watching",
                visit,
                reason.since,
                **_scored(visit),
                worthy_because=reason.name,
            )
    version = {"definition_version": settings.definition_version}
    return {
        key: replace(event, properties={**event.properties, **version})
        for key, event in found.items()
    }


def _may_be_told(visit: Visit) -> bool:
    """Of somebody with a name, if only a device's; and of a session that counts."""
    return (
        visit.excluded_reason is None and visit.profile is not None and any(_ids(visit))
    )


def _ids(visit: Visit) -> tuple[str | None, str | None]:
    """A known person's event does not name a device that is not their own."""
    profile = visit.profile
    assert profile
    if profile.user_id is None and visit.own_device is None:
        return None, profile.first_device
    return profile.user_id, visit.own_device


def _event(name: str, visit: Visit, at: datetime, **properties: object) -> Event:
    user_id, anonymous_id = _ids(visit)
    about = {"session_id": visit.session_id, "replay_url": visit.replay_url}
    return Event(
        name=name,
        user_id=user_id,
        anonymous_id=anonymous_id,
        timestamp=iso(at),
        properties=about | properties,
    )


def _started(visit: Visit) -> Event:
    session = visit.session
    described = {name: session[name] for name in ("browser", "os", "device_type")}
    return _event(
        "Session Started",
        visit,
        visit.started_at,
        entry_url=without_query(session["entry_url"]),
        country=session["country"],
        **described,
    )


def _scored(visit: Visit) -> dict[str, object]:
    return {"frustration_score": visit.score, "top_signal": visit.top_signal}


def _first_tellings(
    rows: Counting, kind: str, id_name: str
) -> Iterator[tuple[str, Row]]:
    """A thing may be told again, when it is edited or sent on."""
    told: dict[str, Row] = {}
    events = [
        event
        for events in rows.events.values()
        for event in events
        if event["event_type"] == kind
    ]
    for event in sorted(events, key=lambda event: (event["ts"], event["event_id"])):
        told.setdefault(event[id_name] or event["event_id"], event)
    yield from told.items()
