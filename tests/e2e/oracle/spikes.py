"""Which sessions went unusually badly for the person.

A session is compared with what came before it: the person's own past if there is enough
of it, else everybody's, else a fixed number. A person is heard once in 24 hours.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from tests.e2e.oracle.identity import Profile
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.visits import Visit

TWO_MONTHS = timedelta(days=60)


def spikes(
    visits: list[Visit], settings: Settings, as_of: datetime
) -> Iterator[tuple[Visit, str]]:
    """Each spike, and the rule that called it one."""
    scored = [visit for visit in visits if visit.score is not None]
    own: dict[Profile, list[Visit]] = defaultdict(list)
    for visit in scored:
        if visit.profile:
            own[visit.profile].append(visit)
    for theirs in own.values():
        heard_at = None
        for visit in sorted(
            theirs, key=lambda each: (each.started_at, each.session_id)
        ):
            if not _is_candidate(visit, settings, as_of):
                continue
            rule, least = _threshold(visit, theirs, scored, settings)
            quiet = timedelta(hours=int(settings.thresholds["spike_quiet_hours"]))
            is_quiet = heard_at is not None and visit.started_at < heard_at + quiet
            if (visit.score or 0) >= least and not is_quiet:
                heard_at = visit.started_at
                yield visit, rule


def _is_candidate(visit: Visit, settings: Settings, as_of: datetime) -> bool:
    session = visit.session
    last = session["last_event_at"] or session["ended_at"] or session["started_at"]
    settled = timedelta(minutes=int(settings.thresholds["settle_minutes"]))
    is_over = session["is_complete"] or last + settled <= as_of
    return is_over and (visit.score or 0) >= settings.thresholds["spike_score"]


def _threshold(
    visit: Visit, theirs: list[Visit], everybodys: list[Visit], settings: Settings
) -> tuple[str, Decimal]:
    known = settings.thresholds
    before = [each.score or 0 for each in theirs if _is_earlier(each, visit)]
    if len(before) >= known["spike_baseline_sessions"]:
        return "own_baseline", _unusual(before, settings)
    others = sorted(
        each.score or 0 for each in everybodys if _is_day_before(each, visit)
    )
    if len(others) >= known["spike_percentile_sessions"]:
        return "global_percentile", _percentile(others, known["spike_percentile"])
    return "fixed_score", known["spike_score_without_baseline"]


def _is_earlier(earlier: Visit, visit: Visit) -> bool:
    return visit.started_at - TWO_MONTHS <= earlier.started_at < visit.started_at


def _is_day_before(earlier: Visit, visit: Visit) -> bool:
    """Whole days, so that the alerts of one day do not move with it."""
    return 0 < earlier.age_days(visit.started_at) <= TWO_MONTHS.days


def _unusual(scores: list[int], settings: Settings) -> Decimal:
    known = settings.thresholds
    usual = Decimal(median(scores))
    spread = Decimal(median(abs(score - usual) for score in scores))
    robust = max(known["spike_deviation_floor"], known["deviation_scale"] * spread)
    return usual + max(known["spike_rise"], known["spike_deviations"] * robust)


def _percentile(scores: list[int], share: Decimal) -> Decimal:
    """The lowest score that this share of the sorted scores do not exceed."""
    return next(
        Decimal(score)
        for position, score in enumerate(scores, 1)
        if position >= share * len(scores)
    )
