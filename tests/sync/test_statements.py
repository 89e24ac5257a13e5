"""What a sync run costs: a fixed number of statements, and one per checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from sync import RunOptions, Sync, run_sync
from sync.ledger.ledger import Ledger
from sync.options import DeliverySettings
from tests.sync.world import World, numbers

# So long that the only checkpoint is the one at the end.
PATIENT = DeliverySettings(checkpoint_seconds=3600)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Every statement that the engine runs meanwhile."""
    statements: list[str] = []

    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


def people(count: int, score: int) -> str:
    return (
        f"select 'k' || i as id, 'u' || i as user_id, {score} as score, 'x' as url "
        f"from {numbers(count)}"
    )


def run_counted(world: World, sync: Sync) -> tuple[list[str], int]:
    """The statements of one run, and how many calls it made."""
    with world.warehouse() as warehouse, counted(warehouse.engine) as statements:
        report = run_sync(warehouse, sync, RunOptions(delivery=PATIENT))
    return statements, report.counts.total


def test_a_run_issues_as_many_statements_for_ten_rows_as_for_a_thousand(
    world: World,
) -> None:
    """
    On Snowflake each one is paid for: none per row, none per batch.
    """
    sizes = {}
    for count, score in ((5, 1), (10, 2), (1000, 3)):
        world.model(people(count, score))
        sizes[count] = run_counted(world, world.identify())

    assert [calls for _, calls in sizes.values()] == [5, 10, 1000]
    assert sizes[10][0] == sizes[1000][0]


def test_a_checkpoint_is_one_statement(world: World) -> None:
    """
    It renews the lease and moves the watermark at once.
    """
    world.model(people(5, 1))
    world.run(world.identify())
    with world.warehouse() as warehouse:
        ledger = Ledger(warehouse)
        lease = ledger.acquire("people")
        with counted(warehouse.engine) as statements:
            ledger.checkpoint(lease, lease.last_plan, 3, [])
        ledger.release(lease)

    assert len(statements) == 1


def test_the_commit_is_one_transaction_without_ddl(world: World) -> None:
    """
    Deletes and inserts, so that a warehouse that dies has done all of it or nothing;
    DDL would end the transaction on Snowflake.
    """
    world.model(people(5, 1))
    world.run(world.identify())
    world.model(people(5, 2))
    with world.warehouse() as warehouse:
        transactions = transactions_of(warehouse.engine)
        run_sync(warehouse, world.identify(), RunOptions(delivery=PATIENT))

    (commit,) = [
        statements
        for statements in transactions
        if any("insert into t_ledger.people__sent" in s for s in statements)
    ]
    # Snowflake is asked by `desc` whether a table is there: it ends no transaction.
    kinds = {s.split()[0] for s in commit} - {"desc"}
    assert kinds == {"select", "update", "delete", "insert"}
    assert any(s.startswith("update") and "sync_plans" in s for s in commit)


def transactions_of(engine: Engine) -> list[list[str]]:
    """The statements to come, in lower case, cut at each commit."""
    transactions: list[list[str]] = [[]]

    def keep(*arguments: object) -> None:
        transactions[-1].append(str(arguments[2]).strip().lower())

    event.listen(engine, "before_cursor_execute", keep)
    event.listen(engine, "commit", lambda _: transactions.append([]))
    return transactions
