"""What a landing did, and how far along one is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCount:
    """Rows for one table: new, and there already."""

    landed: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingReport:
    """
    What became of every line.

    A record is a line, or one message of a batch body; each has landed, was a
    duplicate, or was rejected: `records == landed + duplicates + rejected`.
    """

    files: int = 0
    lines: int = 0
    empty_lines: int = 0
    records: int = 0
    landed: int = 0
    duplicates: int = 0
    tables: Mapping[str, TableCount] = field(default_factory=dict)
    rejected_lines: Mapping[str, int] = field(default_factory=Counter)
    rejected_fields: Mapping[str, int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rejected(self) -> int:
        """Records that did not land, whatever the reason."""
        return sum(self.rejected_lines.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingProgress:
    """How far a landing is, in files, lines and bytes as they lie on disk."""

    files: int
    files_total: int
    lines: int
    bytes: int
    bytes_total: int
