"""The two places where Segment keeps data, and the address of each.

A workspace lives in one of them for good. What is sent to the other is lost behind a
200, so a region is never guessed.
"""

from enum import StrEnum


class Region(StrEnum):
    """Where a Segment workspace is: us (Oregon) or eu (Dublin)."""

    US = "us"
    EU = "eu"

    @property
    def endpoint(self) -> str:
        """
        The address of the Tracking API, without a path.

        For the EU it is not eu1.api.segmentapis.com, as one page of Segment's
        documentation has it: that is the Public API.
        """
        return _ENDPOINTS[self]


_ENDPOINTS = {
    Region.US: "https://api.segment.io",
    Region.EU: "https://events.eu1.segmentapis.com",
}
