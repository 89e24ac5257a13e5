"""What the shop's own servers tell Segment about a person, and when they say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import orjson

from simulation.calls import server_call
from simulation.casting import Part
from simulation.catalogue import INVOICE_PAID
from simulation.moments import HOUR, MINUTE, SECOND
from simulation.people import Person
from simulation.sessions import Session
from simulation.tape import Delivered

Context = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Two ids that Segment is told are one."""

    previous_id: str
    user_id: str
    is_device: bool
    at: int


def first_login(sessions: Sequence[Session]) -> Session | None:
    """The session in which somebody was first known."""
    known = (session for session in sessions if session.identified_at is not None)
    return min(known, key=lambda session: session.identified_at or 0, default=None)


def aliases_of(person: Person, sessions: Sequence[Session]) -> list[Alias]:
    """The aliases of one person, with the moment of each."""
    aliases = []
    if person.renamed_at is not None:
        previous, user_id = person.user_ids
        aliases.append(
            Alias(
                previous_id=previous,
                user_id=user_id,
                is_device=False,
                at=person.renamed_at,
            )
        )
    session = first_login(sessions)
    if Part.DEVICE_ALIASED in person.parts and session and session.identified_at:
        aliases.append(
            Alias(
                previous_id=session.visit.device.anonymous_id,
                user_id=person.user_ids[0],
                is_device=True,
                at=session.identified_at + 2 * SECOND,
            )
        )
    return aliases


def server_calls(
    rng: Random, person: Person, sessions: Sequence[Session]
) -> list[Delivered]:
    """Every call that a server makes about one person."""
    calls = [_alias_call(person, alias) for alias in aliases_of(person, sessions)]
    if person.email_changed_at is not None:
        calls.append(_identify(person, person.email_changed_at))
    session = first_login(sessions)
    if session is None or session.identified_at is None:
        return calls
    at = session.identified_at + 5 * MINUTE + int(rng.random() * HOUR)
    if Part.SERVER_SIDE in person.parts:
        context: Context = {"anonymousId": session.visit.device.anonymous_id}
        calls.append(_identify(person, at, context))
    if person.external_ids:
        context = {"externalIds": [_external_id(*pair) for pair in person.external_ids]}
        calls.append(_identify(person, at + MINUTE, context))
    if person.plan == "pro":
        calls.append(_invoice_paid(person, at + HOUR))
    return calls


def _alias_call(person: Person, alias: Alias) -> Delivered:
    message_id = f"node-next-{alias.at}-{person.person_id}-alias"
    return server_call(
        alias.at,
        "alias",
        message_id,
        userId=alias.user_id,
        previousId=alias.previous_id,
    )


def _identify(person: Person, at: int, context: Context | None = None) -> Delivered:
    return server_call(
        at,
        "identify",
        f"node-next-{at}-{person.person_id}-identify",
        context=context,
        userId=person.user_id_at(at),
        traits={"email": person.email_at(at), "plan": person.plan},
    )


def _invoice_paid(person: Person, at: int) -> Delivered:
    """A call whose only device is a data centre."""
    event, properties = INVOICE_PAID
    return server_call(
        at,
        "track",
        f"node-next-{at}-{person.person_id}-track",
        context={"traits": {"email": person.email_at(at)}},
        userId=person.user_id_at(at),
        event=event,
        properties=orjson.loads(f"{{{properties[:-1]}}}"),
    )


def _external_id(kind: str, value: str) -> dict[str, str]:
    return {"id": value, "type": kind, "collection": "users", "encoding": "none"}
