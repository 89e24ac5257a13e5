"""What a sync's asset tells in Dagster: facts, a table, and checks with severities.

Counts, names of columns and reasons; never a value of a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
)

from orchestration.freshness import SENT
from sync import RunReport
from sync.errors import DeliveryStopped, DeliveryUnsure, GuardTripped
from sync.look.history import Month, PastRun
from sync.look.preview import Preview
from sync.look.status import SyncStatus
from sync.payload.outline import Outline

REJECTED = "no_row_was_rejected"
GUARD = "no_guard_tripped"
UNFINISHED = "no_plan_is_unfinished"
BARS = "▁▂▃▄▅▆▇█"

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
        "outcome": SENT,
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
    return facts | _examples(report.examples)


def facts_of_month(month: Month) -> Facts:
    """The calls of all syncs in this billing month, beside what they may be."""
    facts: Facts = {"calls_this_month": month.calls}
    for name, limit in (("budget", month.budget), ("allowance", month.allowance)):
        if limit:
            facts[f"calls_{name}"] = limit
            facts[f"percent_of_{name}"] = round(100 * month.calls / limit, 1)
    return facts


def facts_of_history(history: Sequence[PastRun]) -> Facts:
    """The last runs as a table, and their calls as a line, the newest on the right."""
    if not history:
        return {}
    names = (
        *("began (UTC)", "outcome", "calls", "added", "changed", "removed"),
        *("rejected", "seconds"),
    )
    calls = [run.calls for run in reversed(history)]
    return {
        "last_runs": _table(names, map(_run_line, history)),
        "calls_over_runs": f"{sparkline(calls)}  at most {max(calls):,}",
    }


def sparkline(numbers: Sequence[int]) -> str:
    """A bar for each number, in text: nothing is a dot, the most is a full bar."""
    most = max(numbers, default=0)
    return "".join(
        BARS[-(-number * len(BARS) // most) - 1] if number else "."
        for number in numbers
    )


def _run_line(run: PastRun) -> Sequence[str]:
    counts = (run.calls, run.added, run.changed, run.removed, run.rejected)
    spent = run.ended_at - run.started_at if run.ended_at else None
    return (
        f"{run.started_at:%Y-%m-%d %H:%M}",
        run.outcome,
        *(f"{count:,}" for count in counts),
        f"{spent.total_seconds():.1f}" if spent else "",
    )


def _examples(outlines: Sequence[Outline]) -> Facts:
    if not outlines:
        return {}
    names = ("change", "type", "messageId", "fields", "bytes")
    lines = (
        (each.change, each.type, each.message_id, ", ".join(each.fields), each.bytes)
        for each in outlines
    )
    return {"examples": _table(names, lines)}


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
        "new_tracked_users_at_most": lowest_and_most[1],
        "fields": _table(
            ("field", "rows in which it changed"), preview.causes.fields.items()
        ),
    }
    optional = {
        "cost_at_most": bill.cost,
        "minutes": preview.estimate.minutes,
        "a_run_would_stop": preview.obstacle,
    }
    facts |= {name: value for name, value in optional.items() if value is not None}
    if preview.drift:
        facts["drift"] = _table(("what is new",), [(line,) for line in preview.drift])
    return facts | _examples(preview.outlines)


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


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Any:
    lines = [names, ["---"] * len(names), *rows]
    return MetadataValue.md(
        "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
    )
