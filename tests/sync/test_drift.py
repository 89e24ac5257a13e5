"""A model whose columns change: announced with its cost, and the ledger stays."""

from tests.sync.world import World

BEFORE = "select 'a' as id, 'u1' as user_id, 1 as score, 'x' as url"
AFTER = "select 'a' as id, 'u1' as user_id, 'one' as score, true as vip"


def test_a_plan_announces_what_is_new_gone_and_of_another_type(world: World) -> None:
    """
    Before anything is sent; afterwards there is nothing to announce.
    """
    world.model(BEFORE)
    world.run(world.identify())
    world.model(AFTER)

    told = world.preview(world.identify()).drift

    assert [sentence.split(":")[0] for sentence in told] == [
        "New",
        "Another type",
        "Gone",
    ]
    assert ["`vip`" in told[0], "`score`" in told[1], "`url`" in told[2]] == [True] * 3
    world.run(world.identify(), accept_guard=True)
    world.run(world.identify())
    assert world.preview(world.identify()).drift == []


def test_when_somebody_was_last_seen_costs_nothing_to_know(world: World) -> None:
    """
    A sync that names `last_activity` later announces nothing, and sends nothing.
    """
    seen = "timestamp '2026-01-01 00:00:00' as seen_at"
    world.model(BEFORE)
    world.run(world.identify())
    world.model(f"{BEFORE}, {seen}")
    sync = world.identify(last_activity="seen_at")

    assert world.preview(sync).drift == []
    assert world.run(sync).counts.total == 0


def test_an_audience_takes_a_new_column_as_known(world: World) -> None:
    """
    Nobody enters again, and an exit carries the new column's value.
    """
    world.model("select 'a' as id, 'u1' as user_id, 1 as score")
    audience = {"call": "audience", "guard": {"removed_percent": 100}}
    world.run(world.sync(**audience))
    world.model("select 'a' as id, 'u1' as user_id, 1 as score, true as vip")

    assert world.run(world.sync(**audience)).counts.total == 0

    world.model("select 'b' as id, 'u2' as user_id, 1 as score, true as vip")
    world.run(world.sync(**audience))
    exited = next(m for m in world.messages() if m["event"] == "Segment Exited")
    assert exited["properties"]["vip"] is True
