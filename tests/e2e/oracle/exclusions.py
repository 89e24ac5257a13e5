"""Which sessions do not count, and why: the first reason that holds."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.settings import Settings

MILLISECOND = timedelta(milliseconds=1)


def excluded_reason(session: Row, events: list[Row], settings: Settings) -> str | None:
    """Say why a session is not scored; None when it is."""
    if session["deleted_at"] or session["recording_status"] == "deleted":
        return "deleted"
    consent = (session["consent_status"] or "").strip().lower()
    if consent and settings.refused_consent.get(consent, True):
        return "no_consent"
    if _is_bot(session, events, settings):
        return "bot"
    if session["is_staff"]:
        return "staff"
    duration = duration_ms(session)
    is_short = duration is not None and (
        duration < settings.thresholds["scored_session_ms"]
    )
    if is_short and all(event["event_type"] == "page_view" for event in events):
        return "too_short"
    return None


def duration_ms(session: Row) -> int | None:
    """How long it took; None while nobody can tell."""
    if session["duration_ms"] is not None:
        return int(session["duration_ms"])
    end = session["ended_at"] or session["last_event_at"]
    return None if end is None else int((end - session["started_at"]) / MILLISECOND)


def _is_bot(session: Row, events: list[Row], settings: Settings) -> bool:
    agent = (session["user_agent"] or "").lower()
    clicks = sorted(
        (event for event in events if event["event_type"] == "click"),
        key=lambda event: event["ts"],
    )
    return bool(
        session["is_bot"]
        or session["webdriver"]
        or any(part in agent for part in settings.bot_user_agents)
        or _is_untrusted(session, clicks, settings)
        or _is_steady(clicks, settings)
        or _is_breathless(clicks, settings)
    )


def _is_untrusted(session: Row, clicks: Sequence[Row], settings: Settings) -> bool:
    ratio: float | None = session["trusted_click_ratio"]
    known = [click["is_trusted"] for click in clicks if click["is_trusted"] is not None]
    if ratio is None and known:
        ratio = sum(known) / len(known)
    least = settings.thresholds["bot_trusted_click_ratio"]
    return ratio is not None and ratio < least


def _is_steady(clicks: Sequence[Row], settings: Settings) -> bool:
    if len(clicks) < settings.thresholds["bot_steady_clicks"]:
        return False
    gaps = [
        (after["ts"] - before["ts"]) // MILLISECOND
        for before, after in pairwise(clicks)
    ]
    usual = median(gaps)
    spread = median(abs(gap - usual) for gap in gaps)
    scale = float(settings.thresholds["deviation_scale"])
    least = float(settings.thresholds["bot_gap_variation"])
    return bool(scale * spread < least * usual)


def _is_breathless(clicks: Sequence[Row], settings: Settings) -> bool:
    most = int(settings.thresholds["bot_clicks_per_minute"])
    return any(
        late["ts"] - early["ts"] < timedelta(minutes=1)
        for early, late in zip(clicks, clicks[most:], strict=False)
    )
