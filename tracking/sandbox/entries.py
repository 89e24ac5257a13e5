"""A message as the sandbox keeps it, with how far it came."""

from dataclasses import dataclass
from enum import StrEnum

import orjson


class Stage(StrEnum):
    """How far a message came. Every message is received, and one of the others."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DEDUPLICATED = "deduplicated"
    DROPPED = "dropped"
    SUPPRESSED = "suppressed"
    DELETED = "deleted"


@dataclass(slots=True, kw_only=True)
class Entry:
    """One message as it is kept: JSON, and what one may ask for."""

    message: bytes
    write_key_fingerprint: str
    received_at: str
    stage: Stage
    code: str | None
    type: str | None
    event: str | None
    user_id: str | None

    def line(self) -> bytes:
        """This entry as a line of NDJSON."""
        return orjson.dumps(
            {
                "message": orjson.Fragment(self.message),
                "write_key_fingerprint": self.write_key_fingerprint,
                "received_at": self.received_at,
                "stage": self.stage,
                "code": self.code,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
