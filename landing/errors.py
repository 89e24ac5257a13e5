"""
Everything that can go wrong in a landing.

* LandingError
  x PathMissing     the run never started
* LineRejected      one line is wrong; it is written down and the run goes on
"""

from warehouse.errors import RelyvError


class LandingError(RelyvError):
    """The landing could not run."""


class PathMissing(LandingError):
    """A path that was to be landed is not there: a retry helps once it is."""


class LineRejected(Exception):
    """One message cannot land, for a reason of `rejections.REASONS`."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
