"""What a sync's asset tells in Dagster: facts, a table, and checks with severities.

Counts, names of columns and reasons; never a value of a row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
)

from sync import Preview, RunReport, SyncStatus
from sync.errors import DeliveryStopped, DeliveryUnsure, GuardTripped

REJECTED = "no_row_was_rejected"
GUARD = "no_guard_tripped"
UNFINISHED = "no_plan_is_unfinished"

Facts = dict[str, Any]


def check_specs(asset: AssetKey) -> list[AssetCheckSpec]:
    """The checks of one sync's asset."""
    return [
        AssetCheckSpec(
            REJECTED, asset=asset, description="Every row of the plan was accepted."
        ),
        AssetCheckSpec(
            GUARD,
            asset=asset,
            description="The plan does not look like an accident.",
        ),
        AssetCheckSpec(
            UNFINISHED,
            asset=asset,
            description="Segment has answered to all of the last plan.",
        ),
    ]


def facts_of_run(report: RunReport, status: SyncStatus) -> Facts:
    """What a run did. Dagster draws each number over the last runs."""
    facts: Facts = {
        "outcome": "sent",
        "added": report.counts.added,
        "changed": report.counts.changed,
        "removed": report.counts.removed,
        "sent": report.counts.total,
        "rejected": report.rejected,
        "held": report.held,
        "requests": report.requests,
        "confirmed_rows": status.confirmed,
        "plan_seconds": report.seconds.get("plan", 0.0),
        "delivery_seconds": report.seconds.get("deliver", 0.0),
        "seconds": sum(report.seconds.values()),
    }
    if report.resumed_plan is not None:
        facts["resumed_plan"] = report.resumed_plan
    if status.reasons:
        facts["rejections"] = _table(("reason", "times, ever"), status.reasons)
    return facts


def facts_of_plan(preview: Preview) -> Facts:
    """What a run would do, and what it would cost; nothing was sent."""
    bill, lowest_and_most = preview.bill, preview.bill.new_tracked_users
    facts: Facts = {
        "outcome": "planned, nothing sent",
        "added": preview.counts.added,
        "changed": preview.counts.changed,
        "removed": preview.counts.removed,
        "calls": preview.estimate.calls,
        "requests": preview.estimate.requests,
        "held": preview.held,
        "calls_this_month": bill.calls_this_month,
        "new_tracked_users_at_most": lowest_and_most[1],
        "fields": _table(
            ("field", "rows in which it changed"), preview.causes.fields.items()
        ),
    }
    optional = {
        "calls_budget": bill.calls_budget,
        "cost_at_most": bill.cost,
        "minutes": preview.estimate.minutes,
        "a_run_would_stop": preview.obstacle,
    }
    facts |= {name: value for name, value in optional.items() if value is not None}
    if preview.drift:
        facts["drift"] = _table(("what is new",), [(line,) for line in preview.drift])
    return facts


def checks_of_run(report: RunReport) -> Sequence[AssetCheckResult]:
    """The checks of a run that came to its end."""
    return [
        AssetCheckResult(
            check_name=REJECTED,
            passed=not report.rejected,
            severity=AssetCheckSeverity.WARN,
            metadata={"rejected": report.rejected},
        ),
        AssetCheckResult(check_name=GUARD, passed=True),
        AssetCheckResult(check_name=UNFINISHED, passed=True),
    ]


def checks_of_standing(status: SyncStatus) -> Sequence[AssetCheckResult]:
    """The checks of a run that sent nothing: as the ledger has it from the last."""
    return [
        AssetCheckResult(
            check_name=REJECTED,
            passed=not status.rejected,
            severity=AssetCheckSeverity.WARN,
            metadata={"rejected": status.rejected},
        ),
        AssetCheckResult(
            check_name=GUARD, passed=status.last_outcome not in _names(GuardTripped)
        ),
        AssetCheckResult(
            check_name=UNFINISHED,
            passed=not status.remaining,
            severity=AssetCheckSeverity.WARN,
        ),
    ]


def checks_of_failure(error: Exception) -> Sequence[AssetCheckResult]:
    """The check that an error is about, so that alerts can be set on it."""
    checks: Mapping[type[Exception], tuple[str, AssetCheckSeverity]] = {
        GuardTripped: (GUARD, AssetCheckSeverity.ERROR),
        DeliveryStopped: (UNFINISHED, AssetCheckSeverity.ERROR),
        DeliveryUnsure: (UNFINISHED, AssetCheckSeverity.WARN),
    }
    return [
        AssetCheckResult(
            check_name=name,
            passed=False,
            severity=severity,
            metadata={"error": type(error).__name__},
        )
        for kind, (name, severity) in checks.items()
        if isinstance(error, kind)
    ]


def _names(kind: type[Exception]) -> set[str]:
    """Of an error and all that are of its kind, as the ledger's runs have them."""
    return {kind.__name__}.union(*map(_names, kind.__subclasses__()))


def _table(names: Sequence[str], rows: Any) -> Any:
    lines = [names, ["---"] * len(names), *rows]
    return MetadataValue.md(
        "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
    )
