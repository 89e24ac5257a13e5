"""The models -> a short account of what is known of whom, for a person to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from reports.doors import door
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What a signal adds to the worst session's score."""

    signal_name: str
    signal_count: int
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrustratedPerson:
    """A person, their score, and what their worst session was made of."""

    user_id: str
    frustration_score: float
    worst_session_id: str
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is known, how they came to be known, and who has a hard time."""

    profiles: int
    known_profiles: int
    sessions: int
    stitched_retroactively: int
    most_frustrated: Sequence[FrustratedPerson]


def give_account(warehouse: Warehouse, *, people: int = 3) -> Account:
    """Read the account of the last build."""
    with warehouse.engine.connect() as connection:
        profiles, known = _profiles(connection, warehouse)
        sessions, stitched = _sessions(connection, warehouse)
        return Account(
            profiles=profiles,
            known_profiles=known,
            sessions=sessions,
            stitched_retroactively=stitched,
            most_frustrated=_most_frustrated(connection, warehouse, people),
        )


def _profiles(connection: Connection, warehouse: Warehouse) -> tuple[int, int]:
    profiles = door(warehouse, "identity", "profiles", "is_known")
    total, known = connection.execute(
        select(func.count(), func.count(case((profiles.c.is_known, 1)))).select_from(
            profiles
        )
    ).one()
    return total, known


def _sessions(connection: Connection, warehouse: Warehouse) -> tuple[int, int]:
    sessions = door(warehouse, "sessions", "sessions", "is_stitched_retroactively")
    total, stitched = connection.execute(
        select(
            func.count(),
            func.count(case((sessions.c.is_stitched_retroactively, 1))),
        ).select_from(sessions)
    ).one()
    return total, stitched


def _most_frustrated(
    connection: Connection, warehouse: Warehouse, people: int
) -> Sequence[FrustratedPerson]:
    scores = door(
        warehouse,
        "frustration",
        "profile_scores",
        "profile_id",
        "frustration_score",
        "worst_session_id",
    )
    profiles = door(warehouse, "identity", "profiles", "profile_id", "user_id")
    score = scores.c.frustration_score
    worst = connection.execute(
        select(profiles.c.user_id, score, scores.c.worst_session_id)
        .select_from(
            scores.join(profiles, scores.c.profile_id == profiles.c.profile_id)
        )
        .where(profiles.c.user_id.is_not(None))
        .order_by(score.desc(), profiles.c.user_id)
        .limit(people)
    ).all()
    return [
        FrustratedPerson(
            user_id=row.user_id,
            frustration_score=float(row.frustration_score),
            worst_session_id=row.worst_session_id,
            reasons=_reasons(connection, warehouse, row.worst_session_id),
        )
        for row in worst
    ]


def _reasons(
    connection: Connection, warehouse: Warehouse, session_id: str
) -> Sequence[Reason]:
    parts = door(
        warehouse,
        "frustration",
        "frustration_contributions",
        "session_id",
        "signal_name",
        "signal_count",
        "contribution",
    )
    rows = connection.execute(
        select(parts.c.signal_name, parts.c.signal_count, parts.c.contribution)
        .where(parts.c.session_id == session_id)
        .order_by(parts.c.contribution.desc(), parts.c.signal_name)
    )
    return [
        Reason(
            signal_name=row.signal_name,
            signal_count=int(row.signal_count),
            contribution=float(row.contribution),
        )
        for row in rows
    ]
