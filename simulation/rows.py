"""Write a session's row, as the replay tool exports it: one line for each version."""

from dataclasses import dataclass
from typing import Literal

import orjson

from simulation import rates
from simulation.casting import Part
from simulation.catalogue import SITE
from simulation.moments import DAY, SECOND, iso
from simulation.sessions import Session
from simulation.tape import Delivered, Event

RecordingStatus = Literal["recorded", "sampled_out", "blocked", "expired", "deleted"]
WEEK = 7 * DAY
_VENDOR_WEIGHTS = {"rage_click": 14, "dead_click": 5, "error_click": 11, "js_error": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A state of a session's row."""

    number: int
    updated: int
    status: RecordingStatus
    is_complete: bool = True
    vendor_score: float | None = None


def session_row(session: Session, version: Version) -> Delivered:
    """The row as it stood when this version was written."""
    events = [
        event
        for event in session.events
        if version.is_complete or event.received <= version.updated
    ]
    row = {
        **_identity(session, events),
        **_course(session, events, version),
        **_surroundings(session),
        **_recording(session, version),
        "schema_version": 1,
        "row_version": version.number,
        "updated_at": iso(version.updated),
    }
    present = {name: value for name, value in row.items() if value is not None}
    return Delivered(version.updated, orjson.dumps(present).decode())


def _identity(session: Session, events: list[Event]) -> dict[str, object]:
    visit, at = session.visit, session.identified_at
    is_known = at is not None and at <= events[-1].at
    return {
        "session_id": visit.session_id,
        "project_id": "shop",
        "region": visit.person.region,
        "anonymous_id": visit.device.anonymous_id,
        "user_id": session.user_id if is_known else None,
        "group_id": visit.person.account_id if is_known else None,
        "identified_at": iso(at) if at is not None and is_known else None,
    }


def _course(
    session: Session, events: list[Event], version: Version
) -> dict[str, object]:
    started, last = session.visit.started, events[-1].at
    kinds = [event.event_type for event in events]
    duration = last - started
    pages = kinds.count("page_view")
    return {
        "started_at": iso(started),
        "ended_at": iso(last) if version.is_complete else None,
        "last_event_at": iso(last),
        "is_complete": version.is_complete,
        "active_ms": duration * 4 // 5,
        "duration_ms": duration,
        "page_view_count": pages,
        "click_count": kinds.count("click"),
        "entry_url": f"{SITE}{session.paths[0]}",
        "exit_url": f"{SITE}{session.paths[pages - 1]}",
        "referrer": "https://search.example/" if started % 3 == 0 else None,
        "release": f"web-{started // WEEK}",
        "git_sha": f"{started // WEEK * 0x9E3779B1 & 0xFFFFFFFF:08x}",
    }


def _surroundings(session: Session) -> dict[str, object]:
    person, browser = session.visit.person, session.visit.device.browser
    is_driven = person.bot_kind == "webdriver"
    return {
        "browser": browser.name,
        "os": browser.os,
        "device_type": browser.device_type,
        "user_agent": browser.user_agent,
        "viewport_w": browser.viewport[0],
        "viewport_h": browser.viewport[1],
        "language": person.language,
        "timezone": person.timezone,
        "country": person.country,
        # The vendor recognises only what says so itself.
        "is_bot": is_driven,
        "bot_reason": "webdriver" if is_driven else None,
        "is_staff": Part.STAFF in person.parts,
        "webdriver": is_driven,
        "trusted_click_ratio": 1.0,
    }


def _recording(session: Session, version: Version) -> dict[str, object]:
    session_id, status = session.visit.session_id, version.status
    is_kept = status in ("recorded", "expired")
    is_denied = Part.DENIES_CONSENT in session.visit.person.parts
    expires = session.visit.started + rates.REPLAY_KEPT_DAYS * DAY
    if status == "expired":
        expires = version.updated - SECOND
    return {
        "recording_status": status,
        "replay_url": f"https://replay.relyv.example/s/{session_id}"
        if is_kept
        else None,
        "replay_requires_auth": True if is_kept else None,
        "replay_expires_at": iso(expires) if is_kept else None,
        "consent_status": "denied" if is_denied else "granted",
        "vendor_frustration_score": version.vendor_score,
        "vendor_flags": _vendor_flags(session) if version.is_complete else None,
        "deleted_at": iso(version.updated) if status == "deleted" else None,
    }


def vendor_score(session: Session) -> float:
    """The vendor's own opinion: capped points, as many tools compute them."""
    points = (
        count * _VENDOR_WEIGHTS.get(signal, 0)
        for signal, count in session.signals.items()
    )
    return float(min(100, sum(points)))


def _vendor_flags(session: Session) -> dict[str, int] | None:
    flags = {
        signal: count
        for signal, count in session.signals.items()
        if signal in ("rage_click", "dead_click", "error_click")
    }
    return flags or None
