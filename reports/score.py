"""A person's score -> the sessions and signals that it adds up from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select

from reports.doors import door
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSession:
    """
    One of the three sessions at most that a score is made of.

    `contribution` is `weight` times `decayed_score`, what `age_days` have left of
    `frustration_score`.
    """

    session_id: str
    started_at: datetime
    frustration_score: Decimal
    age_days: int
    decayed_score: Decimal
    weight: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPart:
    """What one signal adds to the worst session; `points` is after the signal's cap."""

    signal_name: str
    signal_count: int
    points: Decimal
    contribution: Decimal
    first_at: datetime
    last_at: datetime
    evidence_event_ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why a score is what it is.

    Attributes:
        frustration_score: None when no session of the last 90 days was scored.
        sessions: The worst first; none of somebody calm.
        worst_session: The signals of the first of them.
        left_out: How many sessions do not count, by the reason.
    """

    profile_id: str
    frustration_score: Decimal | None
    frustration_band: str | None
    definition_version: str | None
    sessions: Sequence[CountedSession]
    worst_session: Sequence[SignalPart]
    left_out: Mapping[str, int]


def explain_score(warehouse: Warehouse, profile_id: str) -> Explanation:
    """Read how the score of a profile comes about."""
    with warehouse.engine.connect() as connection:
        score = connection.execute(_score(warehouse, profile_id)).one_or_none()
        counted = _read(
            connection, _counted_sessions(warehouse, profile_id), CountedSession
        )
        worst = (
            _read(connection, _signals(warehouse, counted[0].session_id), SignalPart)
            if counted
            else ()
        )
        left_out = connection.execute(_left_out(warehouse, profile_id)).all()
    return Explanation(
        profile_id=profile_id,
        frustration_score=score.frustration_score if score else None,
        frustration_band=score.frustration_band if score else None,
        definition_version=score.definition_version if score else None,
        sessions=counted,
        worst_session=worst,
        left_out={reason: int(sessions) for reason, sessions in left_out},
    )


def _score(warehouse: Warehouse, profile_id: str) -> Select[Any]:
    wanted = ("frustration_score", "frustration_band", "definition_version")
    scores = door(warehouse, "frustration", "profile_scores", "profile_id", *wanted)
    return select(*(scores.c[name] for name in wanted)).where(
        scores.c.profile_id == profile_id
    )


def _counted_sessions(warehouse: Warehouse, profile_id: str) -> Select[Any]:
    wanted = tuple(CountedSession.__dataclass_fields__)
    parts = door(
        warehouse,
        "frustration",
        "profile_contributions",
        "profile_id",
        "session_rank",
        *wanted,
    )
    return (
        select(*(parts.c[name] for name in wanted))
        .where(parts.c.profile_id == profile_id)
        .order_by(parts.c.session_rank)
    )


def _signals(warehouse: Warehouse, session_id: str) -> Select[Any]:
    wanted = tuple(SignalPart.__dataclass_fields__)
    parts = door(
        warehouse,
        "frustration",
        "frustration_contributions",
        "session_id",
        "contribution_rank",
        *wanted,
    )
    return (
        select(*(parts.c[name] for name in wanted))
        .where(parts.c.session_id == session_id)
        .order_by(parts.c.contribution_rank)
    )


def _left_out(warehouse: Warehouse, profile_id: str) -> Select[Any]:
    scores = door(
        warehouse,
        "frustration",
        "session_scores",
        "profile_id",
        "score_excluded_reason",
    ).c
    reason = scores.score_excluded_reason
    return (
        select(reason, func.count())
        .where(scores.profile_id == profile_id, reason.is_not(None))
        .group_by(reason)
        .order_by(reason)
    )


def _read(connection: Connection, query: Select[Any], kind: type[Any]) -> Sequence[Any]:
    return [kind(**row._mapping) for row in connection.execute(query)]
