"""Tell what an answer of the Tracking API means for the messages that it answers.

The statuses follow segment-analytics-python 2.4.0, but for 401, 403 and 404: a wrong
key or address is no fault of the messages and must not be taken for one.
"""

from dataclasses import dataclass
from enum import StrEnum

_REFUSED = frozenset({400, 413, 422})
_UNSURE = frozenset({408, 410, 429, 460})
_FINAL_SERVER_ERRORS = frozenset({501, 505})


class Outcome(StrEnum):
    """
    What became of a request.

    * accepted  Segment has it. Some messages may be dropped all the same.
    * refused   It is wrong as it is; a part of it may be right.
    * stop      The key or the address is wrong: no request will do better.
    * unsure    Nobody knows. It is safe to send again: message ids do not change.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    STOP = "stop"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What Segment said last, and after how many attempts.

    The status is None where no answer came. The reason is made for a log: it holds
    neither the key nor anything of a message.
    """

    outcome: Outcome
    status: int | None
    attempts: int
    reason: str


def outcome_of(status: int) -> Outcome:
    """
    Classify an HTTP status; every status has a class.
    """
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    if status in _REFUSED:
        return Outcome.REFUSED
    if status in _UNSURE:
        return Outcome.UNSURE
    if 500 <= status < 600 and status not in _FINAL_SERVER_ERRORS:
        return Outcome.UNSURE
    return Outcome.STOP
