"""Each run of a sync as a row that analysts can query: when, and how it ended."""

import uuid
from collections.abc import Mapping

from sqlalchemy import insert, update

from sync.ledger.ledger import Ledger
from warehouse.clock import utc_now


def start_run(ledger: Ledger, sync: str, plan: int) -> str:
    """Record that a run has begun; one that seems to run still was killed."""
    run_id = str(uuid.uuid4())
    runs = ledger.tables.runs
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.sync == sync, runs.c.outcome == "running")
            .values(outcome="killed", ended_at=utc_now())
        )
        connection.execute(
            insert(runs).values(
                run_id=run_id,
                sync=sync,
                plan=plan,
                outcome="running",
                started_at=utc_now(),
            )
        )
    return run_id


def end_run(
    ledger: Ledger, run_id: str, outcome: str, counts: Mapping[str, int]
) -> None:
    """Record how a run ended."""
    runs = ledger.tables.runs
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.run_id == run_id)
            .values(outcome=outcome, ended_at=utc_now(), **counts)
        )
