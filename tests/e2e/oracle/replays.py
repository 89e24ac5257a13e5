"""Which replays are worth watching, since when, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.signals import error_clicks
from tests.e2e.oracle.stitching import finished_at
from tests.e2e.oracle.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    name: str
    since: datetime


def worthy(
    visit: Visit, events: list[Row], is_spike: bool, settings: Settings, as_of: datetime
) -> Reason | None:
    """The first reason to watch it. Of several at once, the one named first here."""
    if visit.replay_url is None or not _is_over(visit, settings, as_of):
        return None
    over = finished_at(visit.session)
    since = {
        "bug_reported": _times(events, "bug_report"),
        "replay_shared": _times(events, "share"),
        "frustration_spike": [over] if is_spike else [],
        "error_on_key_page": [
            event["ts"]
            for event in error_clicks(events, settings)
            if _is_key(event["page_path"], settings)
        ],
        "high_score": [over]
        if (visit.score or 0) >= settings.thresholds["replay_worthy_score"]
        else [],
    }
    found = [
        Reason(name=name, since=max(over, min(times)))
        for name, times in since.items()
        if times
    ]
    return min(found, key=lambda reason: reason.since, default=None)


def _is_over(visit: Visit, settings: Settings, as_of: datetime) -> bool:
    session = visit.session
    last = session["last_event_at"] or session["ended_at"] or session["started_at"]
    settled = timedelta(minutes=int(settings.thresholds["settle_minutes"]))
    return bool(session["is_complete"] or last + settled <= as_of)


def _times(events: list[Row], kind: str) -> list[datetime]:
    return [event["ts"] for event in events if event["event_type"] == kind]


def _is_key(path: str | None, settings: Settings) -> bool:
    return any(
        path == key or (path or "").startswith(f"{key}/") for key in settings.key_pages
    )
