"""A ledger out of a backup has forgotten plans whose ids Segment remembers."""

import pytest

from sync import Ledger, renew_ids
from sync.errors import ConfigError
from sync.plan.checks import Counts
from tests.sync.world import World, leave_unfinished, rows


def one(score: int) -> str:
    """A model of one person."""
    return rows(("a", "u1", score, "x"))


def tables_of(world: World, schema: str) -> list[str]:
    found = world.sql(
        "select lower(table_name) from information_schema.tables "
        f"where lower(table_schema) = '{schema}'"
    )
    return [str(name) for (name,) in found]


def copy(world: World, schema: str, into: str) -> None:
    """Make a schema what another one is; the copy takes the other's place."""
    there = tables_of(world, into)
    world.sql(
        f"create schema if not exists {into}",
        *(f"drop table {into}.{name}" for name in there),
        *(
            f"create table {into}.{name} as select * from {schema}.{name}"
            for name in tables_of(world, schema)
        ),
    )


def score_of(world: World) -> object:
    return world.traits()["u1"]["score"]


def test_a_restored_ledger_does_not_use_an_id_twice(world: World) -> None:
    """
    Its next plan bears a number that Segment has seen. Were its ids the same, Segment
    would drop what is new as a repetition.
    """
    world.model(one(1))
    world.run(world.identify())
    copy(world, "t_ledger", into="t_backup")
    world.model(one(2))
    world.run(world.identify())
    copy(world, "t_backup", into="t_ledger")
    world.model(one(3))

    report = world.run(world.identify())

    assert report.counts == Counts(changed=1)
    assert score_of(world) == 3
    assert len({message["messageId"] for message in world.messages()}) == 3
    assert world.run(world.identify()).counts == Counts()


@pytest.mark.parametrize("has_mark", [True, False])
def test_a_plan_shows_no_id_that_segment_may_know(world: World, has_mark: bool) -> None:
    """
    Which ids the next run will give is not known before it has renewed the epoch. A
    backup of an earlier layout bears no mark at all.
    """
    world.model(one(1))
    world.run(world.identify())
    copy(world, "t_ledger", into="t_backup")
    world.model(one(2))
    world.run(world.identify())
    copy(world, "t_backup", into="t_ledger")
    if not has_mark:
        world.sql("alter table t_ledger.ledger drop column visit")

    (example,) = world.preview(world.identify()).examples

    assert example.message
    known = {message["messageId"] for message in world.messages()}
    assert example.message["messageId"] not in known


def test_an_unfinished_plan_out_of_a_backup_keeps_its_ids(world: World) -> None:
    """
    What it says is what Segment has under these ids, so nothing is doubled.
    """
    world.model(one(1))
    leave_unfinished(world, world.identify(), stored=True)
    copy(world, "t_ledger", into="t_backup")
    world.run(world.identify())
    world.model(one(2))
    world.run(world.identify())
    copy(world, "t_backup", into="t_ledger")
    world.sql("update t_ledger.syncs set leased_until = null")
    world.model(one(3))

    report = world.run(world.identify())

    assert (report.resumed_plan, report.counts) == (1, Counts(added=1, changed=1))
    assert [message["traits"]["score"] for message in world.messages()] == [1, 2, 3]


def test_ids_stay_the_same_as_long_as_nothing_was_restored(world: World) -> None:
    """
    However many runs there are, all are of one epoch.
    """
    for score in (1, 2, 2):
        world.model(one(score))
        world.run(world.identify())

    assert world.sql("select count(*) from t_privacy.ledger_births") == [(1,)]


def test_a_warehouse_that_was_restored_whole_is_told_so(world: World) -> None:
    """
    Nothing in it can show this: a person says it.
    """
    world.model(one(1))
    world.run(world.identify())
    for schema in ("t_ledger", "t_privacy"):
        copy(world, schema, into=f"{schema}_backup")
    world.model(one(2))
    world.run(world.identify())
    for schema in ("t_ledger", "t_privacy"):
        copy(world, f"{schema}_backup", into=schema)
    world.model(one(3))
    with world.warehouse() as warehouse:
        renew_ids(Ledger(warehouse))

    world.run(world.identify())

    assert score_of(world) == 3


def test_without_a_ledger_there_are_no_ids_to_renew(world: World) -> None:
    """
    The first run makes one.
    """
    with world.warehouse() as warehouse, pytest.raises(ConfigError, match="no ledger"):
        renew_ids(Ledger(warehouse))
