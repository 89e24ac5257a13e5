"""A second opinion on scores, in plain Python."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.frustration.flagged_sessions import AS_OF, Session

WINDOW = timedelta(minutes=10)
POINTS_AND_CAPS = {
    "error_click": (10, 30),
    "rage_click": (12, 36),
    "bug_reported": (25, 25),
    "dead_click": (4, 16),
    "network_error": (4, 16),
    "js_error": (3, 12),
    "page_loop": (6, 12),
    "slow_request": (2, 8),
}


def plain_window(session: Session) -> Counter[str]:
    """The signals of the worst window: most points, most evidence, earliest."""
    signals = [
        (event.offset, name) for event in session.events for name in event.signals
    ]
    windows = [
        Counter(name for at, name in signals if start <= at < start + WINDOW)
        for start in sorted({at for at, _ in signals})
    ]
    # max() keeps the first of equals, which is the earliest.
    return max(
        windows,
        key=lambda window: (
            sum(capped(window).values()),
            sum(count * POINTS_AND_CAPS[name][0] for name, count in window.items()),
        ),
        default=Counter(),
    )


def capped(window: Counter[str]) -> dict[str, int]:
    return {
        name: min(count * POINTS_AND_CAPS[name][0], POINTS_AND_CAPS[name][1])
        for name, count in window.items()
    }


def plain_score(session: Session) -> int | None:
    if session.excluded_reason:
        return None
    return min(100, sum(capped(plain_window(session)).values()))


def plain_profile_score(sessions: Sequence[Session]) -> Decimal | None:
    """None when nothing was scored in 90 days."""
    decayed = []
    for session in sessions:
        age = (AS_OF.date() - session.started_at.date()).days
        score = plain_score(session)
        if score is not None and age <= 90:
            decayed.append(rounded(score * Decimal(0.5 ** (age / 14)), "0.000001"))
    if not decayed:
        return None
    worst = sorted(decayed, reverse=True)[:3]
    weights = (Decimal("0.60"), Decimal("0.25"), Decimal("0.15"))
    total = sum(
        rounded(weight * score, "0.000001")
        for weight, score in zip(weights, worst, strict=False)
    )
    return rounded(Decimal(total), "0.1")


def rounded(number: Decimal, step: str) -> Decimal:
    return number.quantize(Decimal(step), rounding=ROUND_HALF_UP)
