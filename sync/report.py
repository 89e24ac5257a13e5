"""What one run did, in numbers: no row and no value of one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from sync.delivery.flight import Progress
from sync.payload.outline import Outline
from sync.plan.checks import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """
    What one run did.

    `counts` are the calls that Segment accepted, by kind of change; `flagged` are those
    that left although they violate the tracking plan; `held` are the changes that wait
    for their people (`dormant: hold`). `closed_plan` was not finished, because of the
    settings in `closed_by`; `in_doubt` of its rows Segment may know or not. `seconds`
    says where the time went, by step; `examples` are the first messages of each kind,
    without their values.
    """

    sync: str
    call: str
    counts: Counts
    rejected: int = 0
    flagged: int = 0
    held: int = 0
    requests: int = 0
    resumed_plan: int | None = None
    closed_plan: int | None = None
    closed_by: tuple[str, ...] = ()
    in_doubt: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    examples: tuple[Outline, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when a row was rejected."""
        return 1 if self.rejected else 0

    def recorded(self) -> Mapping[str, int]:
        """The columns of `sync_runs` that it fills."""
        return {
            "calls": self.counts.total,
            "requests": self.requests,
            "added": self.counts.added,
            "changed": self.counts.changed,
            "removed": self.counts.removed,
            "rejected": self.rejected,
        }


class Tally:
    """The report of a run that still goes on."""

    def __init__(self, sync: str, call: str) -> None:
        self.report = RunReport(sync=sync, call=call, counts=Counts())

    def note(self, **fields: Any) -> None:
        """Set fields of the report."""
        self.report = replace(self.report, **fields)

    def delivered(
        self, progress: Progress, flagged: int, examples: Sequence[Outline]
    ) -> None:
        """Add what one more delivery did."""
        counts, accepted = self.report.counts, progress.accepted
        self.note(
            counts=Counts(
                added=counts.added + accepted["added"],
                changed=counts.changed + accepted["changed"],
                removed=counts.removed + accepted["removed"],
            ),
            rejected=self.report.rejected + progress.rejected,
            flagged=self.report.flagged + flagged,
            requests=self.report.requests + progress.requests,
            examples=tuple(examples),
        )

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the seconds of what is done meanwhile; a failure adds none."""
        start = perf_counter()
        yield
        spent = self.report.seconds.get(step, 0.0) + perf_counter() - start
        self.report.seconds[step] = spent
