"""The identity graph -> counts, and, where the truth is known, how right it is.

The comparison is made in the warehouse; of the truth, session and person are loaded.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    case,
    column,
    func,
    select,
    table,
)

from warehouse import Warehouse
from warehouse.bulk import load

TRUTH_BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """
    Pairwise agreement of profiles with people, over sessions.

    A session without a profile is a profile of its own. Bots are left out: what a
    monitor does on a customer's machine belongs to nobody.
    """

    sessions: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReport:
    """What the graph holds."""

    profiles: int
    known: int
    identifiers: Mapping[str, int]
    accuracy: Accuracy | None = None


def report_identity(
    warehouse: Warehouse, *, truth: Path | None = None
) -> IdentityReport:
    """Count, and compare with the simulator's truth when it is given."""
    schema = warehouse.step_schema("identity")
    profiles = table("profiles", column("is_known"), schema=schema)
    mapping = table("external_id_mapping", column("status"), schema=schema)
    with warehouse.engine.connect() as connection:
        is_known = case((profiles.c.is_known, 1))
        total, known = connection.execute(
            select(func.count(), func.count(is_known)).select_from(profiles)
        ).one()
        by_status = connection.execute(
            select(mapping.c.status, func.count())
            .group_by(mapping.c.status)
            .order_by(mapping.c.status)
        ).all()
        accuracy = _accuracy(warehouse, connection, truth) if truth else None
        connection.rollback()
    return IdentityReport(
        profiles=total,
        known=known,
        identifiers={status: int(count) for status, count in by_status},
        accuracy=accuracy,
    )


def _accuracy(warehouse: Warehouse, connection: Any, truth: Path) -> Accuracy:
    known = Table(
        "relyv_truth",
        MetaData(),
        Column("session_id", String),
        Column("person_id", String),
        prefixes=["temporary"],
    )
    known.create(connection)
    true_sessions = _true_sessions(truth)
    while rows := list(islice(true_sessions, TRUTH_BATCH)):
        load(connection, known, pa.Table.from_pylist(rows))
    sessions = table(
        "sessions",
        column("session_id"),
        column("profile_id"),
        schema=warehouse.step_schema("sessions"),
    )
    profile = func.coalesce(sessions.c.profile_id, sessions.c.session_id)
    compared = (
        select(profile.label("profile"), known.c.person_id.label("person"))
        .select_from(sessions.join(known, known.c.session_id == sessions.c.session_id))
        .subquery("compared")
    )
    both = _pairs(connection, compared, "profile", "person")
    same_profile = _pairs(connection, compared, "profile")
    same_person = _pairs(connection, compared, "person")
    size = connection.execute(select(func.count()).select_from(compared)).scalar_one()
    return Accuracy(
        sessions=size,
        precision=both / same_profile if same_profile else 1.0,
        recall=both / same_person if same_person else 1.0,
    )


def _pairs(connection: Any, compared: Any, *names: str) -> int:
    """How many pairs of sessions share these."""
    groups = (
        select(func.count().label("n"))
        .select_from(compared)
        .group_by(*(compared.c[name] for name in names))
        .subquery("groups")
    )
    pairs = func.sum(groups.c.n * (groups.c.n - 1) / 2)
    return int(connection.execute(select(pairs)).scalar() or 0)


def _true_sessions(path: Path) -> Iterator[dict[str, str]]:
    bots: set[str] = set()
    with gzip.open(path, "rb") as lines:
        for line in lines:
            fact = orjson.loads(line)
            if fact["kind"] == "person" and fact["is_bot"]:
                bots.add(fact["person_id"])
            if fact["kind"] == "session" and fact["person_id"] not in bots:
                yield {
                    "session_id": fact["session_id"],
                    "person_id": fact["person_id"],
                }
