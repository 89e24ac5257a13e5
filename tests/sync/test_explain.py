"""Why a row would or would not be sent."""

from typing import Any

import pytest

from sync import Ledger, Sync, pause
from sync.errors import ConfigError, DeliveryUnsure, GuardTripped
from sync.look.explain import Explanation, explain_row
from tests.sync.world import World, fault, rows

MADE, GONE = {"added": {"event": "Made"}}, {"removed": {"event": "Gone"}}
DORMANT = {"dormant": "hold", "last_activity": "seen_at"}


def explain(world: World, sync: Sync, *key: str) -> Explanation:
    with world.warehouse() as warehouse:
        return explain_row(warehouse, sync, key)


def test_a_new_row_would_be_sent(world: World) -> None:
    """
    Before there is any ledger: the model's row, and the call.
    """
    world.model(rows(("a", "u1", 1, "x")))

    found = explain(world, world.identify(), "a")

    assert found.verdict == "Would be sent as added."
    assert found.model is not None
    assert found.model["score"] == 1
    assert found.confirmed is None
    assert [m["traits"]["score"] for m in found.messages] == [1]


def test_a_changed_row_shows_both_sides(world: World) -> None:
    """
    What the model says, what Segment has, and which fields differ.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 5, "x"), ("b", "u2", 2, "y")))

    changed = explain(world, world.identify(), "a")
    same = explain(world, world.identify(), "b")

    assert (changed.verdict, list(changed.differs)) == (
        "Would be sent as changed.",
        ["score"],
    )
    assert changed.confirmed is not None
    assert changed.confirmed["score"] == 1
    assert same.verdict.startswith("Segment has it")
    assert not same.messages


def test_a_row_that_left_the_model_would_be_removed(world: World) -> None:
    """
    And a key that nobody knows is said to be one.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 1, "x")))

    gone = explain(world, world.identify(), "b")
    unknown = explain(world, world.identify(), "zz")

    assert gone.verdict == "Would be sent as removed."
    assert unknown.verdict.startswith("No such key")
    assert unknown.verdict.endswith("The key of this sync is id.")


def test_somebody_who_is_suppressed_is_left_out(world: World) -> None:
    """
    The reason is the list, not the comparison.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.suppress("u1")

    found = explain(world, world.identify(), "a")

    assert "suppression list" in found.verdict
    assert not found.messages


def test_a_refused_row_is_skipped_until_it_changes(world: World) -> None:
    """
    With the reason, which tells nothing of the row, and the way to try it all the same.
    """
    world.model(rows(("a", "u1", 1, "z" * 40_000)))
    first = explain(world, world.identify(), "a")
    world.run(world.identify())

    found = explain(world, world.identify(), "a")

    assert "message_too_large" in first.verdict
    assert "refused before: message_too_large. The message is 40," in found.verdict
    assert "zzz" not in found.verdict
    assert "relyv sync retry people" in found.verdict


def test_a_refusal_of_segment_is_told_with_its_answer(world: World) -> None:
    """
    The ledger keeps it beside the image, since positions are reused.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.sandbox.faults([fault(400, matches='"userId":"u2"', times=100)])
    world.run(world.identify())

    found = explain(world, world.identify(), "b")

    assert "refused before: refused_400. Segment answered 400" in found.verdict


NO_NEWS: list[tuple[dict[str, Any], tuple[Any, ...] | None, str]] = [
    # what the exposure says, what the row becomes, why that is no call
    ({}, ("a", "u1", 10, "x"), "nothing differs"),
    ({"significant": {"score": 5}}, ("a", "u1", 12, "x"), "`significant`: score: 5"),
    ({"call": "audience"}, ("a", "u1", 12, "x"), "A member already: `score`"),
    ({"call": "track", **MADE}, ("a", "u1", 12, "x"), "each row is told once: `score`"),
    ({"call": "track", **MADE, **GONE}, ("a", "u1", 12, "x"), "no `changed` event"),
    ({"on_removed": "ignore"}, None, "Only the ledger takes note of it"),
    (DORMANT, ("a", "u1", 12, "x"), "nothing in this billing month"),
]


@pytest.mark.parametrize(("settings", "row", "says"), NO_NEWS)
def test_a_row_that_is_no_news_says_why(
    world: World, settings: dict[str, Any], row: tuple[Any, ...] | None, says: str
) -> None:
    """
    The very setting that keeps it, and never another one.
    """
    other, still = ("b", "u2", 1, "y"), "timestamp '2020-01-01 00:00:00' as seen_at"

    def model(*people: tuple[Any, ...]) -> None:
        world.model(f"select people.*, {still} from ({rows(*people)}) as people")

    model(("a", "u1", 10, "x"), other)
    world.run(
        world.identify(fields=["score", "url"], **(settings | {"dormant": "send"}))
    )
    model(other, *([row] if row else []))

    found = explain(world, world.identify(fields=["score", "url"], **settings), "a")

    assert says in found.verdict
    assert not found.messages


def test_what_keeps_the_whole_sync_is_said_too(world: World) -> None:
    """
    A row may be ready to go, and its sync stand still.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 5, "x")))
    strict = world.identify(guard={"removed_percent": 10})
    with pytest.raises(GuardTripped):
        world.run(strict)
    held = explain(world, strict, "a")
    with world.warehouse() as warehouse:
        pause(Ledger(warehouse), strict)

    paused = explain(world, strict, "a")

    assert held.verdict.startswith("Would be sent as changed.")
    assert "held by a guard" in held.verdict
    assert "relyv sync resume people" in paused.verdict


def test_a_row_of_an_unfinished_plan_says_so(world: World) -> None:
    """
    The run goes on with the plan before it compares again.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.sandbox.faults([fault(503, times=20)])
    with pytest.raises(DeliveryUnsure):
        world.run(world.identify())

    found = explain(world, world.identify(), "a")

    assert found.verdict.startswith("Plan 1 is unfinished and holds it as added")
    assert found.pending is not None
    assert found.pending["is_settled"] is False


def test_each_key_column_wants_a_value(world: World) -> None:
    """
    The message names the columns.
    """
    world.model(rows(("a", "u1", 1, "x")))

    with pytest.raises(ConfigError, match="the key is id, user_id"):
        explain(world, world.identify(key=["id", "user_id"]), "a")

    found = explain(world, world.identify(key=["id", "user_id"]), "a", "u1")
    assert found.verdict == "Would be sent as added."


def test_the_first_run_of_a_sync_that_skips_it_sends_nothing(world: World) -> None:
    """
    Neither does the plan claim that it would.
    """
    world.model(rows(("a", "u1", 1, "x")))
    sync = world.identify(initial="skip")

    found, seen = explain(world, sync, "a"), world.preview(sync)

    assert "initial: skip" in found.verdict
    assert not found.messages
    assert (seen.is_baseline, seen.counts.total, seen.examples) == (True, 0, [])
    world.run(sync)
    world.model(rows(("a", "u1", 2, "x")))
    assert not world.preview(sync).is_baseline
    assert world.preview(sync).counts.changed == 1
