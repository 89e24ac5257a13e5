"""What becomes of a session once it is over: its row's versions, and who shares it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import orjson

from simulation import rates
from simulation.casting import Part
from simulation.moments import HOUR, MINUTE, SECOND, iso
from simulation.rows import RecordingStatus, Version, session_row, vendor_score
from simulation.sessions import Session
from simulation.tape import Delivered
from simulation.visits import LAST_START
from simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A newer version of a row that was delivered before the end."""

    session_id: str
    row_version: int
    change: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A replay that somebody passed on."""

    share_id: str
    session_id: str
    at: int
    event: Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """Everything that happened to one person's sessions afterwards."""

    rows: list[Delivered]
    replacements: list[Replacement]
    shares: list[Share]


def follow(rng: Random, world: World, sessions: Sequence[Session]) -> Aftermath:
    """Follow one person's sessions to the end of the later day."""
    past = [session for session in sessions if _is_past(session, world)]
    rows: list[Delivered] = []
    replacements: list[Replacement] = []
    for session in sessions:
        gone = _gone(session) if session is past[-1] else None
        versions = _versions(rng, world, session, gone)
        rows += [session_row(session, version) for version in versions]
        replacements += [
            _replacement(session, older, newer) for older, newer in pairwise(versions)
        ]
    shares = _shares(rng, world, past)
    return Aftermath(rows=rows, replacements=replacements, shares=shares)


def _has(session: Session, part: Part) -> bool:
    return part in session.visit.person.parts


def _is_past(session: Session, world: World) -> bool:
    """Over and delivered well before the end."""
    delivered = session.visit.arrives or session.visit.started
    return delivered <= world.end_ms - LAST_START


def _gone(session: Session) -> RecordingStatus | None:
    """What happens to this person's newest replay on the later day, if anything."""
    if _has(session, Part.REPLAY_DELETED_AFTER_END):
        return "deleted"
    return "expired" if _has(session, Part.REPLAY_EXPIRED_AFTER_END) else None


def _versions(
    rng: Random, world: World, session: Session, gone: RecordingStatus | None
) -> list[Version]:
    """A row is written when the session is complete, and again when it changes."""
    status = _status(rng, session)
    score = vendor_score(session) if rng.random() < rates.VENDOR_SCORED else None
    delivered = session.visit.arrives or session.ended
    whole = Version(
        number=1,
        updated=delivered + 20 * SECOND + int(rng.random() * MINUTE),
        status="recorded" if gone else status,
        vendor_score=score,
    )
    if gone:
        at = world.end_ms + HOUR + int(rng.random() * 10 * HOUR)
        return [whole, replace(whole, number=2, updated=at, status=gone)]
    if session.visit.is_unfinished:
        at = world.end_ms - int(rng.random() * SECOND)
        cut = replace(whole, updated=at, is_complete=False, vendor_score=None)
        return [cut, replace(whole, number=2)]
    return [whole]


def _status(rng: Random, session: Session) -> RecordingStatus:
    if _has(session, Part.DENIES_CONSENT):
        return "blocked"
    chance = rng.random()
    shares: tuple[tuple[RecordingStatus, float], ...] = (
        ("sampled_out", rates.SAMPLED_OUT),
        ("blocked", rates.BLOCKED),
        ("expired", rates.EXPIRED),
        ("deleted", rates.DELETED),
    )
    for status, share in shares:
        if chance < share:
            return status
        chance -= share
    return "recorded"


def _replacement(session: Session, older: Version, newer: Version) -> Replacement:
    return Replacement(
        session_id=session.visit.session_id,
        row_version=newer.number,
        change=newer.status if older.is_complete else "completed",
        at=newer.updated,
    )


def _shares(rng: Random, world: World, past: Sequence[Session]) -> list[Share]:
    """Support passes a replay on: soon after it happened, or the day after the end."""
    shares: list[Share] = []
    if _has(past[0], Part.REPLAY_SHARED):
        session = rng.choice(past)
        shares.append(_share(rng, session, session.ended + MINUTE * rng.randint(1, 30)))
    if _has(past[0], Part.REPLAY_SHARED_AFTER_END):
        at = world.end_ms + HOUR + int(rng.random() * 11 * HOUR)
        shares.append(_share(rng, rng.choice(past), at))
    return shares


def _share(rng: Random, session: Session, at: int) -> Share:
    session_id = session.visit.session_id
    share_id = f"share-{session_id}-{at}"
    received = at + 2 * SECOND
    line = {
        "event_id": f"{session_id}-{share_id}",
        "session_id": session_id,
        "seq": len(session.events),
        "event_type": "share",
        "ts": iso(at),
        "client_ts_ms": at,
        "received_at": iso(received),
        "share_id": share_id,
        "share_channel": rng.choice(("link", "slack", "email", "ticket")),
        "schema_version": 1,
    }
    event = Delivered(received, orjson.dumps(line).decode())
    return Share(share_id=share_id, session_id=session_id, at=at, event=event)
