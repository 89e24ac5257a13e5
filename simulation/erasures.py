"""Some people ask to be forgotten: one request for each identifier of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import orjson

from simulation.casting import Part
from simulation.moments import HOUR, iso
from simulation.people import Person
from simulation.sessions import Session
from simulation.tape import Delivered
from simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One identifier of somebody who asked to be forgotten."""

    request_id: str
    subject_type: str
    subject_id: str
    at: int

    def row(self) -> Delivered:
        """The line in the replay tool's list of erasures."""
        line = {
            "deletion_request_id": self.request_id,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "requested_at": iso(self.at),
        }
        return Delivered(self.at, orjson.dumps(line).decode())


def deletions_of(
    rng: Random, world: World, person: Person, sessions: Sequence[Session]
) -> list[Deletion]:
    """One erasure for each identifier that is this person's alone."""
    if Part.ERASED not in person.parts:
        return []
    at = world.end_ms + 2 * HOUR + int(rng.random() * 10 * HOUR)
    # In order of use; a device that others use too is not this person's to erase.
    own = dict.fromkeys(
        session.visit.device.anonymous_id
        for session in sessions
        if session.visit.device.place is None
    )
    subjects = [
        *(("user_id", user_id) for user_id in person.user_ids),
        *(("anonymous_id", anonymous_id) for anonymous_id in own),
        *(("email", email) for email in person.emails),
    ]
    return [
        Deletion(
            request_id=f"erasure-{person.index}-{number}",
            subject_type=subject_type,
            subject_id=subject_id,
            at=at,
        )
        for number, (subject_type, subject_id) in enumerate(subjects, 1)
    ]
