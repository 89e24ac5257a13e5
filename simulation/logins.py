"""Decide during which visits a device knows who is using it."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from simulation import rates
from simulation.casting import Part
from simulation.visits import Login, Mood, Visit


def settle_logins(rng: Random, visits: Iterable[Visit]) -> list[Visit]:
    """Say of each visit of one person whether the device knows them."""
    settled: list[Visit] = []
    known = False
    remembered: set[str] = set()
    introduced: set[tuple[str, str]] = set()
    for visit in sorted(visits, key=lambda visit: (visit.started, visit.session_id)):
        login = _login(rng, visit, known, remembered)
        introduces = False
        if login is not Login.OUT:
            known = True
            name = visit.device.anonymous_id, visit.person.user_id_at(visit.started)
            introduces = name not in introduced
            introduced.add(name)
            if visit.device.place is None:
                remembered.add(visit.device.anonymous_id)
        introduces |= rng.random() < rates.IDENTIFIES_AGAIN
        settled.append(replace(visit, login=login, introduces=introduces))
    return settled


def _login(rng: Random, visit: Visit, known: bool, remembered: set[str]) -> Login:
    parts = visit.person.parts
    chance = rng.random()
    if Part.NEVER in parts or visit.mood is Mood.BOUNCE:
        return Login.OUT
    if not known:
        if Part.LATE in parts:
            return Login.IN_SESSION if visit.is_first_login else Login.OUT
        return Login.IN_SESSION if visit.device.place else Login.REMEMBERED
    if visit.device.place:
        is_in = chance < rates.LOGS_IN_ON_SHARED
        return Login.IN_SESSION if is_in else Login.OUT
    if visit.device.anonymous_id not in remembered:
        return Login.IN_SESSION
    return Login.OUT if chance < rates.LOGGED_OUT else Login.REMEMBERED
