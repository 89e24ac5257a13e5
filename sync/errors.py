"""
Everything that can go wrong in a sync. The class answers: does a retry help?

* SyncError
  x ConfigError          the run never started: edit the exposure or the environment
  x ManifestError        the run never started: run dbt
  x LedgerLost           the run never started: say how to go on
  x DestinationChanged   the run never started: the ledger speaks of another workspace
  x DestinationUnchecked nobody has said that the key is right: check, then run
  x SyncPaused           a person has paused it: resume it
  x SyncBusy             another run holds this sync: later
  x LeaseLost            another run took over while this one stalled: it goes on there
  x GuardTripped         the plan looks like an accident: look, then accept
    x TooManyRemovals, TooManyCalls, OverBudget, SourceIsEmpty, ColumnRetyped
    x ModelUnfit           a test failed, or it was edited or not built: build it
    x DuplicatesPossible   Segment has forgotten the ids of an old plan: accept, or not
    x KeyIsNull, KeyIsRepeated, IdIsRepeated   the model is wrong: nothing to accept
  x DeliveryStopped      Segment says no to all of it: the plan is kept, mend it
  x DeliveryUnsure       no clear answer: the plan is kept, run again
* RowRejected            one row is wrong; the run goes on
"""

from warehouse import RelyvError


class SyncError(RelyvError):
    """A sync could not do its work."""


class ConfigError(SyncError):
    """An exposure or the environment asks for what cannot be done."""


class ManifestError(SyncError):
    """dbt's manifest is missing, or is of another target."""


class LedgerLost(SyncError):
    """There was a ledger once. Without it every row would be taken for new."""


class DestinationChanged(SyncError):
    """The ledger is bound to another workspace than the write key's."""


class DestinationUnchecked(SyncError):
    """The key or region is wrong, or only a person can tell. Nothing was sent."""


class SyncPaused(SyncError):
    """A person has paused this sync."""


class SyncBusy(SyncError):
    """Another run holds this sync."""

    exit_code = 4


class LeaseLost(SyncBusy):
    """Another run took this sync over. Nothing was written after that."""


class GuardTripped(SyncError):
    """The plan is larger than the exposure's guard allows. Nothing was sent."""

    exit_code = 3


class TooManyRemovals(GuardTripped):
    """More rows left the model than leave it on a usual day."""


class TooManyCalls(GuardTripped):
    """The plan has more calls than the exposure expects."""


class OverBudget(GuardTripped):
    """The plan has more calls than are left of the month's budget."""


class ModelUnfit(GuardTripped):
    """The last dbt build of the model failed, is missing, or is of older code."""


class SourceIsEmpty(GuardTripped):
    """The model has no rows, and rows were confirmed before."""


class DuplicatesPossible(GuardTripped):
    """An unfinished plan is older than Segment's memory of messageIds."""


class ColumnRetyped(GuardTripped):
    """A field has another type than Segment knows it with."""


class KeyIsNull(GuardTripped):
    """Rows of the model have no key."""


class KeyIsRepeated(GuardTripped):
    """Rows of the model cannot be told apart."""


class IdIsRepeated(GuardTripped):
    """Several rows of the model would overwrite each other at Segment."""


class DeliveryStopped(SyncError):
    """Segment refuses everything: a wrong key, address or body. The plan is kept."""


class DeliveryUnsure(SyncError):
    """No clear answer within the budget. The plan is kept; the next run resumes it."""

    exit_code = 5


class RowRejected(Exception):
    """
    One row cannot be sent as it is.

    Attributes:
        reason: A code, such as `message_too_large`; never the row's contents.
        detail: A sentence with sizes and column names, never values.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
