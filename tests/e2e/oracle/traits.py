"""What stands on a person's card: the traits of every known person with a session."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.visits import Visit

Traits = dict[str, object]

# What the exposures say: a smaller move of the score is not worth a call.
SIGNIFICANT = 5.0

SESSIONS_URL = "https://app.relyv.example/people"


def traits_of_users(
    visits: Iterable[Visit], settings: Settings, as_of: datetime
) -> dict[str, Traits]:
    """
    The traits of each user, as Segment keeps them: one that is null is not there.
    """
    by_user: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.profile and visit.profile.user_id:
            by_user[visit.profile.user_id].append(visit)
    return {
        user_id: present(
            _sessions(theirs)
            | score_traits(theirs, settings, as_of)
            | replay_traits(theirs, as_of)
            | _reports(theirs)
            | {"definition_version": settings.definition_version}
        )
        for user_id, theirs in by_user.items()
        if any(visit.is_counted for visit in theirs)
    }


def told(
    before: Mapping[str, Traits], after: Mapping[str, Traits]
) -> dict[str, Traits]:
    """What is known after a day: a small move of a score alone is no news."""
    return {
        name: before[name] if _is_held(before.get(name), traits) else traits
        for name, traits in after.items()
    }


def _is_held(before: Traits | None, after: Traits) -> bool:
    if before is None:
        return False
    names = before.keys() | after.keys()
    differing = {name for name in names if before.get(name) != after.get(name)}
    old, new = (each.get("frustration_score") for each in (before, after))
    return (
        differing == {"frustration_score"}
        and bool(old and new)
        and abs(float(str(old)) - float(str(new))) < SIGNIFICANT
    )


def iso(moment: datetime | None) -> str | None:
    """A time as it is written in JSON: UTC, with milliseconds."""
    return None if moment is None else moment.isoformat(timespec="milliseconds") + "Z"


def present(traits: Traits) -> Traits:
    return {name: value for name, value in traits.items() if value is not None}


def _reports(visits: list[Visit]) -> Traits:
    """The custom trait that ships: when they last reported a bug."""
    told = [visit.bug_reported_at for visit in visits if visit.is_counted]
    return {"last_bug_reported_at": iso(max(filter(None, told), default=None))}


def _sessions(visits: list[Visit]) -> Traits:
    profile = visits[0].profile
    assert profile
    return {
        "relyv_sessions_url": f"{SESSIONS_URL}/{profile.profile_id}",
        "sessions_count": sum(visit.is_counted for visit in visits),
    }


def score_traits(visits: list[Visit], settings: Settings, as_of: datetime) -> Traits:
    """The three worst sessions of 90 days, each half of itself after two weeks."""
    scored = [visit for visit in visits if visit.score is not None]
    if not scored:
        return {}
    faded = sorted(
        (
            _faded(visit, settings, as_of)
            for visit in scored
            if visit.age_days(as_of) <= settings.thresholds["profile_days"]
        ),
        reverse=True,
    )
    parts = zip(settings.rank_weights, faded, strict=False)
    total = sum((weight * points for weight, points in parts), Decimal())
    score = total.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    band = next(name for floor, name in settings.bands if score >= floor)
    return {"frustration_score": float(score), "frustration_band": band}


def _faded(visit: Visit, settings: Settings, as_of: datetime) -> Decimal:
    half_lives = visit.age_days(as_of) / settings.thresholds["half_life_days"]
    return Decimal(visit.score or 0) * Decimal("0.5") ** half_lives


def replay_traits(visits: list[Visit], as_of: datetime) -> Traits:
    watchable = [visit for visit in visits if visit.replay_url]
    # Two sorts, since equal times are told apart by the smaller id.
    by_id = sorted(watchable, key=lambda visit: visit.session_id)
    newest_first = sorted(by_id, key=lambda visit: visit.started_at, reverse=True)
    recent = [visit for visit in newest_first if visit.age_days(as_of) <= 30]
    worst = max(recent, key=lambda visit: visit.score or 0, default=None)
    traits: Traits = {"replay_count_30d": len(recent)}
    if worst and worst.score:
        traits["worst_replay_url_30d"] = worst.replay_url
    if newest_first:
        last = newest_first[0]
        traits |= {
            "last_replay_url": last.replay_url,
            "last_relyv_replay": last.replay_url,
            "last_replay_at": iso(last.started_at),
            "last_replay_expires_at": iso(last.session["replay_expires_at"]),
        }
    return traits
