"""The body of a request for a regulation -> what is asked, or which field is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

SUPPRESSING = ("SUPPRESS_ONLY", "SUPPRESS_WITH_DELETE", "SUPPRESS_WITH_DELETE_INTERNAL")
DELETING = (
    "DELETE_ONLY",
    "DELETE_INTERNAL",
    "SUPPRESS_WITH_DELETE",
    "SUPPRESS_WITH_DELETE_INTERNAL",
)
TYPES = frozenset({*SUPPRESSING, *DELETING, "UNSUPPRESS"})
# Of a source, in workspaces that may; the only one that knows visitors.
ARCHIVE = "DELETE_ARCHIVE_ONLY"
# Documented (Public API, "Deletion and Suppression").
MOST_IDS = 5_000


class Scope(Enum):
    """What a regulation is for, and whom it can be about."""

    WORKSPACE = ("USER_ID", "OBJECT_ID")
    SOURCE = ("USER_ID", "ANONYMOUS_ID")
    CLOUD_SOURCE = ("OBJECT_ID",)


class InvalidRegulation(ValueError):
    """The field at fault, and what it must be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one call of the Public API asks for."""

    kind: str
    subject_type: str
    subject_ids: Sequence[str]

    @property
    def user_ids(self) -> Sequence[str]:
        """Whom it is about; an object is nobody, and a visitor is in archives alone."""
        return self.subject_ids if self.subject_type == "USER_ID" else ()


def asked_of(body: Mapping[str, Any], scope: Scope) -> Asked:
    """
    Read one.

    Raises:
        InvalidRegulation: Segment would refuse it.
    """
    kind, subject, ids = (
        body.get(name) for name in ("regulationType", "subjectType", "subjectIds")
    )
    types = TYPES | ({ARCHIVE} if scope is Scope.SOURCE else set())
    if kind not in types:
        raise InvalidRegulation("regulationType", f"One of {', '.join(sorted(types))}.")
    if subject not in scope.value:
        raise InvalidRegulation("subjectType", f"One of {', '.join(scope.value)}.")
    if subject == "ANONYMOUS_ID" and kind != ARCHIVE:
        raise InvalidRegulation("subjectType", f"ANONYMOUS_ID is for {ARCHIVE} alone.")
    if not isinstance(ids, list) or not ids or not all(isinstance(i, str) for i in ids):
        raise InvalidRegulation("subjectIds", "A list of text that is not empty.")
    if len(ids) > MOST_IDS:
        raise InvalidRegulation("subjectIds", f"At most {MOST_IDS:,} ids a call.")
    if scope is Scope.CLOUD_SOURCE and not isinstance(body.get("collection"), str):
        raise InvalidRegulation("collection", "The collection that the objects are in.")
    return Asked(kind=str(kind), subject_type=str(subject), subject_ids=ids)
