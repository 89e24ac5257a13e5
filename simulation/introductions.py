"""Tell both sides who is visiting, at login or again; or tell them nonsense."""

from simulation import rates
from simulation.casting import Part
from simulation.catalogue import SIGNED_UP, TRACKS
from simulation.fragments import fragment
from simulation.stage import Stage
from simulation.visits import Login

_NIL_UUID = "00000000-0000-0000-0000-000000000000"


def meet(stage: Stage, identified_at: int | None) -> int | None:
    """
    In mid-session the two sides may learn who this is.

    Returns the moment at which the replay tool knew them, if it does.
    """
    rng, tape, visit = stage.rng, stage.tape, stage.visit
    user_id = (
        None if visit.login is Login.OUT else visit.person.user_id_at(visit.started)
    )
    if Part.JUNK_IDS in visit.person.parts:
        _send_junk(stage, user_id)
    if user_id is None:
        if Part.SUBSCRIBES in visit.person.parts:
            email = visit.person.email_at(tape.now)
            stage.calls.identify(tape.now, {"email": email, "newsletter": True})
        return identified_at
    if visit.login is Login.IN_SESSION:
        stage.pause()
        stage.calls.log_in(user_id, visit.person.account_id)
        identified_at = tape.now
    if visit.login is Login.IN_SESSION or rng.random() < rates.IDENTIFY_IN_SESSION:
        tape.add("identify", fragment(properties={"user_id": user_id}))
    if visit.login is Login.IN_SESSION or visit.introduces:
        _introduce(stage)
    return identified_at


def _introduce(stage: Stage) -> None:
    """The browser tells Segment who this is, and for whom they work."""
    person, at = stage.visit.person, stage.tape.now
    email = person.email_at(at)
    if stage.rng.random() < rates.SHOUTED_EMAIL:
        email = f" {email.upper()}"
    traits: dict[str, object] = {
        "email": email,
        "name": person.first_name,
        "plan": person.plan,
        "logins": person.index % 40,
        "is_beta": person.index % 7 == 0,
    }
    stage.calls.identify(at, traits)
    if stage.visit.is_first_login:
        stage.calls.track(at + 5, *SIGNED_UP)
    if person.account_id:
        account: dict[str, object] = {
            "name": person.account_id.title(),
            "plan": person.plan,
        }
        stage.calls.group(at + 10, person.account_id, account)


def _send_junk(stage: Stage, user_id: str | None) -> None:
    """A broken page sends what its variables held, not what they should hold."""
    rng, visit = stage.rng, stage.visit
    junk = rng.choice(("null", "undefined"))
    ids = fragment(userId=junk, anonymousId=visit.device.anonymous_id)
    if user_id and rng.random() < 0.5:
        ids = fragment(userId=user_id, anonymousId=_NIL_UUID)
    stage.calls.track(stage.tape.now, *TRACKS[0], ids=ids)
