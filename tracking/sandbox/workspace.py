"""What a workspace says of its sources -> why a message that is right is dropped.

Until somebody says otherwise every source is known, and everything may pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracking.protocols import TrackingPlan
from tracking.write_key import write_key_fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """
    The sources by the fingerprints of their keys, and what is filtered at each.

    With `sources` of none, whatever key comes is that of a source.
    """

    sources: frozenset[str] | None = None
    disabled: frozenset[str] = frozenset()
    is_locked: bool = False
    blocked_events: frozenset[str] = frozenset()
    tracking_plan: TrackingPlan | None = None

    def knows(self, source: str) -> bool:
        """Whether there is such a source."""
        return self.sources is None or source in self.sources

    def ingest_code(self, source: str) -> str | None:
        """Why nothing of this source is taken, if nothing is."""
        if self.is_locked:
            return "locked_workspace"
        if not self.knows(source):
            return "unknown_source"
        return "source_disabled" if source in self.disabled else None

    def filter_code(self, message: Mapping[str, Any]) -> str | None:
        """Why a message that is in order is filtered at its source, if it is."""
        if message["type"] == "track" and message["event"] in self.blocked_events:
            return "event_setting"
        violation = self.tracking_plan and self.tracking_plan.violation(message)
        return violation.code if violation else None


def workspace_from(fields: Mapping[str, Any]) -> Workspace:
    """
    Read one as the inspection API has it, with keys in the place of fingerprints.

    Raises:
        ValueError: A field is unknown or of the wrong kind.
    """
    wrong = sorted(
        name for name in fields if not isinstance(fields[name], _KINDS.get(name, ()))
    )
    if wrong:
        raise ValueError(
            f"A workspace has no such field, or not of this kind: {', '.join(wrong)}."
        )
    rules, keys = fields.get("tracking_plan"), fields.get("write_keys")
    return Workspace(
        sources=None if keys is None else _fingerprints(keys),
        disabled=_fingerprints(fields.get("disabled", [])),
        is_locked=fields.get("is_locked", False),
        blocked_events=frozenset(_texts(fields.get("blocked_events", []))),
        tracking_plan=None if rules is None else TrackingPlan(rules),
    )


_KINDS: Mapping[str, tuple[type, ...]] = {
    "write_keys": (list, type(None)),
    "disabled": (list,),
    "is_locked": (bool,),
    "blocked_events": (list,),
    "tracking_plan": (list, type(None)),
}


def _fingerprints(keys: Sequence[object]) -> frozenset[str]:
    return frozenset(map(write_key_fingerprint, _texts(keys)))


def _texts(values: Sequence[object]) -> list[str]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        raise ValueError("Keys and events are text.")
    return texts
