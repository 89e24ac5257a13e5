"""Build a block of people: all their history and the later day, from one number.

A block knows nothing of other blocks. Devices and accounts are shared inside it.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from random import Random

from simulation import rates
from simulation.aftermath import follow
from simulation.casting import Part, cast_parts
from simulation.delivery import Block, Delivery
from simulation.devices import Belongings, Device, own_devices, shared_devices
from simulation.erasures import deletions_of
from simulation.itinerary import plan_visits
from simulation.logins import settle_logins
from simulation.people import BOT_KINDS, Person, make_person
from simulation.server_side import aliases_of, server_calls
from simulation.sessions import Session, play
from simulation.truth import (
    Stay,
    tell_aftermath,
    tell_changes,
    tell_devices,
    tell_person,
    tell_session,
)
from simulation.turns import take_turns
from simulation.visits import LONGEST, Visit
from simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What one person is going to do, and the dice to do it with."""

    rng: Random
    person: Person
    belongings: Belongings
    visits: list[Visit]


def build_block(world: World, number: int) -> Block:
    """The lines and the truth of block `number`."""
    first = number * rates.PEOPLE_PER_BLOCK
    size = min(rates.PEOPLE_PER_BLOCK, world.people - first)
    rng = Random(f"{world.seed}:block:{number}")
    delivery = Delivery(world, rng)
    plans = _plans(world, rng, first, size)
    turns = _turns(world, plans)
    stays: list[Stay] = []
    for plan in plans:
        visits = [_in_turn(plan, visit, turns) for visit in plan.visits]
        visits = settle_logins(plan.rng, visits)
        sessions = [play(plan.rng, visit) for visit in visits]
        _deliver(delivery, world, plan, sessions)
        stays += [Stay(session.visit, session.ended) for session in sessions]
    tell_devices(delivery, stays)
    return delivery.close(size)


def _plans(world: World, rng: Random, first: int, size: int) -> list[_Plan]:
    casts = cast_parts(rng, size)
    places = shared_devices(rng, world, casts)
    bots = 0
    plans: list[_Plan] = []
    for seat, parts in enumerate(casts):
        own_rng = Random(f"{world.seed}:person:{first + seat}")
        kind = BOT_KINDS[bots % len(BOT_KINDS)]
        bots += Part.BOT in parts
        person = make_person(own_rng, world, first + seat, parts, bot_kind=kind)
        belongings = _belongings(own_rng, person, places.get(seat))
        visits = plan_visits(own_rng, world, person, belongings)
        plans.append(
            _Plan(rng=own_rng, person=person, belongings=belongings, visits=visits)
        )
    return plans


def _belongings(rng: Random, person: Person, shared: Device | None) -> Belongings:
    own = own_devices(rng, person)
    only_shared = rng.random() < rates.ONLY_SHARED
    return Belongings(own=own, shared=shared, only_shared=only_shared)


def _turns(world: World, plans: list[_Plan]) -> dict[str, int]:
    """When the visits to shared devices really begin."""
    waiting: dict[str, list[Visit]] = defaultdict(list)
    for plan in plans:
        for visit in plan.visits:
            if visit.device.place:
                waiting[visit.device.anonymous_id].append(visit)
    return {
        session_id: started
        for visits in waiting.values()
        for session_id, started in take_turns(visits, world)
    }


def _in_turn(plan: _Plan, visit: Visit, turns: dict[str, int]) -> Visit:
    """The visit once its device is free; at home, should it not become free."""
    if visit.device.place is None:
        return visit
    started = turns.get(visit.session_id)
    if started is None:
        return replace(visit, device=plan.belongings.own[0])
    arrives = visit.arrives
    if arrives is not None and arrives < started + LONGEST:
        arrives = None
    return replace(visit, started=started, arrives=arrives)


def _deliver(
    delivery: Delivery, world: World, plan: _Plan, sessions: list[Session]
) -> None:
    rng, person = plan.rng, plan.person
    aftermath = follow(rng, world, sessions)
    deletions = deletions_of(rng, world, person, sessions)
    for session in sessions:
        delivery.post("segment_calls", session.calls)
        delivery.post("relyv_session_events", session.events)
        tell_session(delivery, world, session)
    delivery.post("segment_calls", server_calls(rng, person, sessions))
    delivery.post("relyv_sessions", aftermath.rows)
    delivery.post("relyv_session_events", [share.event for share in aftermath.shares])
    delivery.post("relyv_deletions", [deletion.row() for deletion in deletions])
    tell_person(delivery, person, sessions)
    tell_changes(
        delivery,
        person,
        aliases=aliases_of(person, sessions),
        deletions=deletions,
    )
    tell_aftermath(delivery, person, aftermath)
