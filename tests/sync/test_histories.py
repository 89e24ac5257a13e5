"""Whatever dies, the receiver has what the model says whenever a run has ended well.

Each history is drawn by Hypothesis; one that fails is shortened to the few steps that
matter, and printed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.sync.histories import (
    FIRST,
    HISTORIES,
    HISTORIES_OF_DAYS,
    History,
    People,
    live_through,
)
from tests.sync.world import World, rows
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

NewWorld = Callable[[], Any]
Told = dict[str, dict[str, Any]]

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=1_000, derandomize=False)


def at_length(test: Callable[..., None]) -> Callable[..., None]:
    """Two hours at the most, and not with every run of the tests."""
    return pytest.mark.slow(pytest.mark.timeout(7200)(test))


@pytest.fixture
def new_world(
    tmp_path: Path,
    places: Places,
    kind: str,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> NewWorld:
    """A world of its own for each history, and a receiver that has seen nothing."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)

    @contextmanager
    def new(missed_repeats: float = 0.0) -> Iterator[World]:
        sandbox.reset(missed_repeats=missed_repeats)
        with places.new(kind) as place:
            world = World(tmp_path, place, sandbox_url, sandbox)
            world.model(rows(*FIRST.people))
            yield world

    return new


def traits_hold(new_world: NewWorld, history: History, missed: float) -> None:
    """Identify: each person's traits are their row's, and nobody else has any."""
    with new_world(missed_repeats=missed) as world:

        def holds(people: People) -> None:
            wanted = {
                user: _without_nulls({"score": score, "url": url})
                for _, user, score, url in people
            }
            found = {
                user: _without_nulls(said) for user, said in world.traits().items()
            }
            assert {user: said for user, said in found.items() if said} == {
                user: said for user, said in wanted.items() if said
            }

        live_through(world, world.identify(), history, holds)


def events_hold(new_world: NewWorld, history: History) -> None:
    """Track: each change was told once, in order, with what was true before it."""
    with new_world() as world:
        sync = world.sync(
            call="track",
            added={"event": "Made"},
            changed={"event": "Altered", "previous": "before"},
            removed={"event": "Gone"},
            fields={"key": "id", "score": "score", "url": "url"},
            guard={"removed_percent": 100},
        )

        def holds(people: People) -> None:
            told: Told = {}
            for message in world.messages():
                _tell(told, message["event"], message["properties"])
            assert told == {
                key: {"key": key, "score": score, "url": url}
                for key, _, score, url in people
            }

        live_through(world, sync, history, holds)


def members_hold(new_world: NewWorld, history: History) -> None:
    """Audience: who entered and has not left is who is in the model."""
    with new_world() as world:
        sync = world.sync(
            call="audience", fields=["score"], guard={"removed_percent": 100}
        )

        def holds(people: People) -> None:
            inside: set[str] = set()
            for message in world.messages():
                user, enters = message["userId"], message["event"] == "Segment Entered"
                assert enters is (user not in inside)
                (inside.add if enters else inside.discard)(user)
            assert inside == {user for _, user, _, _ in people}

        live_through(world, sync, history, holds)


@given(history=HISTORIES_OF_DAYS)
@FEW
def test_traits_are_the_models(new_world: NewWorld, history: History) -> None:
    """Although Segment misses every fifth repetition, and forgets all over night."""
    traits_hold(new_world, history, missed=0.2)


@given(history=HISTORIES)
@FEW
def test_events_are_told_once_each(new_world: NewWorld, history: History) -> None:
    """And in an order that makes sense."""
    events_hold(new_world, history)


@given(history=HISTORIES)
@FEW
def test_members_are_the_models(new_world: NewWorld, history: History) -> None:
    """Nobody enters twice."""
    members_hold(new_world, history)


@at_length
@given(history=HISTORIES_OF_DAYS)
@MANY
def test_traits_are_the_models_in_1000_histories(
    new_world: NewWorld, history: History
) -> None:
    """With one missed repetition in a hundred, and 24 hours of memory: as promised."""
    traits_hold(new_world, history, missed=0.01)


@at_length
@given(history=HISTORIES)
@MANY
def test_events_are_told_once_each_in_1000_histories(
    new_world: NewWorld, history: History
) -> None:
    """The same, at length."""
    events_hold(new_world, history)


@at_length
@given(history=HISTORIES)
@MANY
def test_members_are_the_models_in_1000_histories(
    new_world: NewWorld, history: History
) -> None:
    """The same, at length."""
    members_hold(new_world, history)


def _tell(told: Told, event: str, properties: Mapping[str, Any]) -> None:
    said = dict(properties)
    key, before = said["key"], said.pop("before", {})
    if event == "Made":
        assert key not in told
        told[key] = said
    elif event == "Altered":
        assert {name: told[key][name] for name in before} == before
        assert all(said[name] != value for name, value in before.items())
        told[key] = said
    else:
        assert told.pop(key) == said


def _without_nulls(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}
