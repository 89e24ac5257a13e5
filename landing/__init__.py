"""Inbound: Segment calls and Relyv exports -> raw tables."""

from landing.errors import LandingError, PathMissing
from landing.report import LandingProgress, LandingReport, TableCount
from landing.run import land

__all__ = [
    "LandingError",
    "LandingProgress",
    "LandingReport",
    "PathMissing",
    "TableCount",
    "land",
]
