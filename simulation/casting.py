"""Deal the parts of a block's people, as a casting office would.

Parts are dealt by quota, not by chance for each person: a world of 200 then has at
least one of every part, and 10,000 people have the shares that `rates` promises.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum, auto
from math import floor
from random import Random

from simulation import rates


class Part(StrEnum):
    """One thing that is true of a person."""

    NEVER = auto()
    EARLY = auto()
    LATE = auto()
    LOGS_IN_AFTER_END = auto()
    BOT = auto()
    STAFF = auto()
    DENIES_CONSENT = auto()
    CHRONIC = auto()
    TWO_DEVICES = auto()
    HAS_ACCOUNT = auto()
    SUBSCRIBES = auto()
    SERVER_SIDE = auto()
    IN_CRM = auto()
    JUNK_IDS = auto()
    RENAMED = auto()
    RENAMED_AFTER_END = auto()
    DEVICE_ALIASED = auto()
    EMAIL_CHANGED = auto()
    EMAIL_CHANGED_AFTER_END = auto()
    BOUNCES = auto()
    REPORTS_BUG = auto()
    REPORTS_BUG_AFTER_END = auto()
    REPLAY_SHARED = auto()
    REPLAY_SHARED_AFTER_END = auto()
    ARRIVES_AFTER_END = auto()
    UNFINISHED = auto()
    REPLAY_DELETED_AFTER_END = auto()
    REPLAY_EXPIRED_AFTER_END = auto()
    RETURNS = auto()
    MELTS_DOWN_AFTER_END = auto()
    ERASED = auto()


@dataclass(frozen=True, slots=True)
class _Quota:
    part: Part
    share: float
    among: Set[Part]
    without: Set[Part]


def cast_parts(rng: Random, size: int) -> list[frozenset[Part]]:
    """Give each of `size` people their parts."""
    cast: list[set[Part]] = [{part} for part in _login_parts(rng, size)]
    for quota in _QUOTAS:
        fitting = [
            seat
            for seat, parts in enumerate(cast)
            if parts & quota.among and not parts & quota.without
        ]
        count = min(_round(rng, quota.share * size), len(fitting))
        for seat in rng.sample(fitting, count):
            cast[seat].add(quota.part)
    return [frozenset(parts) for parts in cast]


def _login_parts(rng: Random, size: int) -> list[Part]:
    never = _round(rng, rates.NEVER_LOGS_IN * size)
    early = _round(rng, rates.LOGS_IN_EARLY * size)
    parts = [Part.NEVER] * never + [Part.EARLY] * early
    parts = (parts + [Part.LATE] * size)[:size]
    rng.shuffle(parts)
    return parts


def _round(rng: Random, expected: float) -> int:
    """Round up as often as the fraction says, so that small blocks add up."""
    return floor(expected + rng.random())


_EVERYBODY = frozenset({Part.NEVER, Part.EARLY, Part.LATE})
_KNOWN = frozenset({Part.EARLY, Part.LATE})
_NO_REPLAY = frozenset({Part.DENIES_CONSENT})
# Who acts after the end cannot have asked to be forgotten there.
_ACTIVE_AFTER_END = {
    Part.LOGS_IN_AFTER_END,
    Part.RENAMED_AFTER_END,
    Part.EMAIL_CHANGED_AFTER_END,
    Part.REPORTS_BUG_AFTER_END,
    Part.REPLAY_SHARED_AFTER_END,
    Part.ARRIVES_AFTER_END,
    Part.UNFINISHED,
    Part.REPLAY_DELETED_AFTER_END,
    Part.REPLAY_EXPIRED_AFTER_END,
    Part.RETURNS,
    Part.MELTS_DOWN_AFTER_END,
}


def _quota(
    part: Part,
    share: float,
    among: Set[Part] = _EVERYBODY,
    *,
    without: Set[Part] = frozenset(),
) -> _Quota:
    """A bot plays no other part than its own."""
    return _Quota(part, share, among, without | {Part.BOT})


_QUOTAS = (
    _quota(Part.BOT, rates.BOTS, {Part.NEVER}),
    _quota(Part.STAFF, rates.STAFF, {Part.EARLY}),
    _quota(Part.DENIES_CONSENT, rates.CONSENT_DENIED, without={Part.STAFF}),
    _quota(Part.CHRONIC, rates.CHRONICALLY_FRUSTRATED),
    _quota(Part.TWO_DEVICES, rates.TWO_DEVICES),
    _quota(Part.DEVICE_ALIASED, rates.DEVICE_ALIASED, {Part.LATE}),
    _quota(
        Part.LOGS_IN_AFTER_END,
        rates.FIRST_LOGIN_AFTER_END,
        {Part.LATE},
        without={Part.DEVICE_ALIASED},
    ),
    _quota(Part.HAS_ACCOUNT, rates.HAS_ACCOUNT, _KNOWN),
    _quota(
        Part.SERVER_SIDE,
        rates.SERVER_SIDE_IDENTIFY,
        _KNOWN,
        without={Part.LOGS_IN_AFTER_END},
    ),
    _quota(Part.IN_CRM, rates.CRM_IDS, _KNOWN, without={Part.LOGS_IN_AFTER_END}),
    _quota(Part.SUBSCRIBES, rates.SUBSCRIBES_BY_EMAIL, {Part.NEVER, Part.LATE}),
    _quota(Part.JUNK_IDS, rates.JUNK_IDS),
    _quota(Part.RENAMED, rates.RENAMED, {Part.EARLY}),
    _quota(
        Part.RENAMED_AFTER_END,
        rates.RENAMED_AFTER_END,
        {Part.EARLY},
        without={Part.RENAMED},
    ),
    _quota(Part.EMAIL_CHANGED, rates.EMAIL_CHANGED, {Part.EARLY}),
    _quota(
        Part.EMAIL_CHANGED_AFTER_END,
        rates.EMAIL_CHANGED_AFTER_END,
        {Part.EARLY},
        without={Part.EMAIL_CHANGED},
    ),
    _quota(Part.BOUNCES, rates.BOUNCES),
    _quota(Part.REPORTS_BUG, rates.REPORTS_BUG),
    _quota(Part.REPORTS_BUG_AFTER_END, rates.REPORTS_BUG_AFTER_END),
    _quota(Part.REPLAY_SHARED, rates.REPLAY_SHARED, without=_NO_REPLAY),
    _quota(
        Part.REPLAY_SHARED_AFTER_END,
        rates.REPLAY_SHARED_AFTER_END,
        without=_NO_REPLAY,
    ),
    _quota(
        Part.REPLAY_DELETED_AFTER_END,
        rates.REPLAY_DELETED_AFTER_END,
        without=_NO_REPLAY,
    ),
    _quota(
        Part.REPLAY_EXPIRED_AFTER_END,
        rates.REPLAY_EXPIRED_AFTER_END,
        without={*_NO_REPLAY, Part.REPLAY_DELETED_AFTER_END},
    ),
    _quota(Part.ARRIVES_AFTER_END, rates.ARRIVES_AFTER_END),
    _quota(Part.UNFINISHED, rates.UNFINISHED_AT_END),
    _quota(Part.RETURNS, rates.RETURNS_AFTER_END),
    _quota(Part.MELTS_DOWN_AFTER_END, rates.MELTDOWN_AFTER_END),
    _quota(Part.ERASED, rates.ERASED, without=_ACTIVE_AFTER_END),
)
