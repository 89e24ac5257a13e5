"""Clusters of sessions against the people who really did them, in the warehouse.

Pairwise: of all pairs of sessions that a method calls one person's, how many are; and
of those that are, how many it finds. One large cluster weighs heavily. B-cubed asks the
same of each session, and takes the mean: every session weighs the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Double, Select, cast, func, select

from reports.identity.methods import methods
from reports.identity.truth import Truth
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Precision: what was joined belongs together. Recall: what does was joined."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, precision: float, recall: float) -> "Score":
        """F1 is the harmonic mean of the two."""
        total = precision + recall
        f1 = 2 * precision * recall / total if total else 0.0
        return cls(precision=precision, recall=recall, f1=f1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far a method agrees with the truth, and how many people it ever made one."""

    sessions: int
    pairwise: Score
    b_cubed: Score
    most_people_in_one: int


def agreements(
    connection: Connection, warehouse: Warehouse, truth: Truth
) -> Mapping[str, Agreement]:
    """Compare every method with the truth, over the sessions that both know."""
    return {
        name: agreement(connection, clusters, truth)
        for name, clusters in methods(warehouse, truth).items()
    }


def agreement(connection: Connection, clusters: Select[Any], truth: Truth) -> Agreement:
    """Compare one method, a select of session_id and cluster, with the truth."""
    found, true = clusters.subquery("found"), truth.sessions
    cells = (
        select(
            found.c.cluster,
            true.c.person_id,
            cast(func.count(), Double).label("together"),
        )
        .select_from(found)
        .join(true, found.c.session_id == true.c.session_id)
        .group_by(found.c.cluster, true.c.person_id)
        .cte("cells")
    )
    clusters_of = _sizes(cells, cells.c.cluster, "clusters")
    people_of = _sizes(cells, cells.c.person_id, "people")
    together = cells.c.together
    sums = (
        select(
            func.sum(together),
            func.sum(together * (together - 1)),
            func.sum(together * together / clusters_of.c.size),
            func.sum(together * together / people_of.c.size),
        )
        .select_from(cells)
        .join(clusters_of, cells.c.cluster == clusters_of.c.key)
        .join(people_of, cells.c.person_id == people_of.c.key)
    )
    sessions, right, precise, recalled = connection.execute(sums).one()
    joined, most_people = _pairs(connection, clusters_of)
    belonging, _ = _pairs(connection, people_of)
    return Agreement(
        sessions=int(sessions or 0),
        pairwise=Score.of(_share(right, joined), _share(right, belonging)),
        b_cubed=Score.of(_share(precise, sessions), _share(recalled, sessions)),
        most_people_in_one=int(most_people or 0),
    )


def _sizes(cells: Any, key: Any, name: str) -> Any:
    """How many sessions each cluster, or each person, has, and how many cells."""
    return (
        select(
            key.label("key"),
            func.sum(cells.c.together).label("size"),
            func.count().label("parts"),
        )
        .group_by(key)
        .cte(name)
    )


def _pairs(connection: Connection, sizes: Any) -> tuple[float, int]:
    size = sizes.c.size
    pairs, parts = connection.execute(
        select(func.sum(size * (size - 1)), func.max(sizes.c.parts))
    ).one()
    return pairs, parts


def _share(part: float | None, whole: float | None) -> float:
    return float(part or 0) / float(whole) if whole else 1.0
