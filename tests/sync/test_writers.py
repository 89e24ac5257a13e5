"""Several at work in one warehouse: runs, a stalled worker, an analyst."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from sync import RunOptions, RunReport, Sync, run_sync
from sync.errors import LeaseLost, SyncBusy
from sync.options import DeliverySettings
from sync.plan.checks import Counts
from tests.sync.world import FAST, World, numbers, rows


def run_and_meanwhile(
    world: World, sync: Sync, meanwhile: Callable[[], None]
) -> RunReport:
    """Run a sync; when its first batch has arrived, something else happens."""
    seen: list[object] = []

    def once(_total: int, progress: object) -> None:
        if not seen:
            seen.append(progress)
            meanwhile()

    with world.warehouse() as warehouse:
        return run_sync(warehouse, sync, RunOptions(delivery=FAST), on_progress=once)


def people(count: int) -> str:
    """A model of so many people."""
    return (
        "select cast(i as varchar) as id, cast(i as varchar) as user_id, i as score "
        f"from {numbers(count)}"
    )


def test_of_two_runs_at_once_one_goes_on_and_one_is_sent_away(world: World) -> None:
    """
    The second says who holds the sync, with the exit code of its own for it.
    """
    world.model(people(3))

    def run_again() -> None:
        with pytest.raises(SyncBusy, match="another run holds this sync") as raised:
            world.run(world.identify())
        assert raised.value.exit_code == 4

    report = run_and_meanwhile(world, world.identify(), run_again)

    assert report.counts == Counts(added=3)
    assert world.run(world.identify()).counts.total == 0
    assert len(world.messages()) == 3


def test_other_syncs_go_on_meanwhile(world: World) -> None:
    """
    A lease is one sync's, not the ledger's.
    """
    world.model(people(3))
    others: list[RunReport] = []

    def run_another() -> None:
        others.append(world.run(world.sync("other", call="identify")))

    report = run_and_meanwhile(world, world.identify(), run_another)

    assert [report.counts, others[0].counts] == [Counts(added=3), Counts(added=3)]


def test_a_worker_that_stalled_and_was_replaced_writes_nothing(world: World) -> None:
    """
    Its lease ran out, another run finished its plan and made one more; when it wakes,
    the ledger stays as that run left it.
    """
    world.model(people(3))
    left_behind: list[Any] = []

    def stall() -> None:
        world.sql("update t_ledger.syncs set leased_until = timestamp '2000-01-01'")
        world.model(people(4))
        assert world.run(world.identify()).counts.total == 4
        left_behind.append(ledger(world))

    with pytest.raises(LeaseLost, match="another run took over"):
        run_and_meanwhile(world, world.identify(), stall)

    assert left_behind == [ledger(world)]
    assert len(world.messages()) == 4
    assert world.run(world.identify()).counts.total == 0


def ledger(world: World) -> list[list[tuple[Any, ...]]]:
    """Every table of the ledger but the diary of runs."""
    tables = ("syncs", "sync_plans", "sync_rejections", "people__sent")
    tables += ("people__pending", "people__rejected")
    return [
        sorted(world.sql(f"select * from t_ledger.{table}"), key=str)
        for table in tables
    ]


def test_first_runs_at_once_make_one_ledger(shared_world: World) -> None:
    """
    Four processes start in the same moment where nothing is yet.
    """
    shared_world.model(people(3))
    names = ["one", "one", "two", "three"]
    syncs = [shared_world.sync(name, call="identify") for name in names]
    start = Barrier(len(syncs))

    def run(sync: Sync) -> int:
        start.wait()
        try:
            return shared_world.run(sync).counts.total
        except SyncBusy:
            return 0

    with ThreadPoolExecutor(len(syncs)) as pool:
        sent = list(pool.map(run, syncs))

    assert sum(sent) == 9
    assert shared_world.sql("select count(*) from t_ledger.ledger") == [(1,)]
    assert shared_world.sql("select sync from t_ledger.syncs order by sync") == [
        ("one",),
        ("three",),
        ("two",),
    ]


def test_an_analyst_neither_waits_nor_is_waited_for(shared_world: World) -> None:
    """
    Who reads the ledger in a long transaction sees it as it was, while a run goes on.
    """
    look = "select _key_1, score from t_ledger.people__sent"
    shared_world.model(rows(("a", "u1", 1, "x")))
    shared_world.run(shared_world.identify())
    shared_world.model(rows(("a", "u1", 2, "x")))
    with shared_world.warehouse() as warehouse, warehouse.engine.connect() as analyst:
        analyst.execution_options(isolation_level="REPEATABLE READ")
        before = analyst.exec_driver_sql(look).all()

        report = shared_world.run(shared_world.identify())

        assert report.counts.changed == 1
        assert analyst.exec_driver_sql(look).all() == before == [("a", 1)]
    assert shared_world.sql(look) == [("a", 2)]


def test_the_number_of_statements_does_not_grow_with_the_rows(world: World) -> None:
    """
    A fixed number, and one for each checkpoint: a warehouse bills by the statement.
    """
    without_checkpoints = DeliverySettings(checkpoint_seconds=3600)
    counted = []
    for name, count in (("few", 5), ("many", 2500)):
        world.model(people(count))
        sync = world.sync(name, call="identify", guard={"removed_percent": 100})
        statements: list[str] = []
        with world.warehouse() as warehouse:
            event.listen(
                warehouse.engine,
                "before_cursor_execute",
                lambda *seen, into=statements: into.append(seen[2]),
            )
            run_sync(warehouse, sync, RunOptions(delivery=without_checkpoints))
            statements.clear()
            world_changes = f"update t_syncs.people set score = score + {count}"
            with warehouse.engine.begin() as connection:
                connection.exec_driver_sql(world_changes)
            run_sync(warehouse, sync, RunOptions(delivery=without_checkpoints))
        counted.append(len(statements))

    few, many = counted
    assert few == many < 80
