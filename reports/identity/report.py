"""The identity graph -> how it stands, what to look at, and how right it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.identity.accuracy import Agreement, agreements
from reports.identity.counts import LargeProfile, Standing, largest_profiles, standing
from reports.identity.merges import Merge, merges_this_week
from reports.identity.mismatches import Mismatch, examples_of, mismatch_counts
from reports.identity.truth import load_truth
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReport:
    """
    What the graph holds.

    `accuracy` has one entry per method, ours first, and is empty without a truth.
    `largest`, `newest_merges` and `examples` are personal.
    """

    standing: Standing
    largest: Sequence[LargeProfile]
    newest_merges: Sequence[Merge]
    mismatches: Mapping[str, int]
    examples: Sequence[Mismatch]
    accuracy: Mapping[str, Agreement]


def report_identity(
    warehouse: Warehouse, *, truth: Path | None = None, examples: int = 3
) -> IdentityReport:
    """
    Read how the graph of the last build stands.

    Args:
        warehouse: The target, open.
        truth: The simulator's truth.jsonl.gz of the world that was landed.
        examples: How many of the largest profiles, of this week's merges, and of each
            kind of mismatch.
    """
    with warehouse.engine.connect() as connection:
        accuracy: Mapping[str, Agreement] = {}
        if truth:
            schema = warehouse.step_schema("identity")
            known = load_truth(connection, truth, schema=schema)
            accuracy = agreements(connection, warehouse, known)
        report = IdentityReport(
            standing=standing(connection, warehouse),
            largest=largest_profiles(connection, warehouse, limit=examples),
            newest_merges=merges_this_week(connection, warehouse, limit=examples),
            mismatches=mismatch_counts(connection, warehouse),
            examples=examples_of(connection, warehouse, limit=examples),
            accuracy=accuracy,
        )
        connection.rollback()
    return report
