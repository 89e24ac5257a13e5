"""What one run did, in numbers: no row and no value of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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

    def delivered(
        self, progress: Progress, flagged: int, examples: Sequence[Outline]
    ) -> "RunReport":
        """The same, and what one more delivery did."""
        counts, accepted = self.counts, progress.accepted
        return replace(
            self,
            counts=Counts(
                added=counts.added + accepted["added"],
                changed=counts.changed + accepted["changed"],
                removed=counts.removed + accepted["removed"],
            ),
            rejected=self.rejected + progress.rejected,
            flagged=self.flagged + flagged,
            requests=self.requests + progress.requests,
            examples=tuple(examples),
        )

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
