"""A model, its sync and a receiver: small enough to see whole, real in every part.

A warehouse of any kind holds the model; the sandbox, in a process of its own, is
Segment. SQL here is what all kinds understand.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table

from sync import RunOptions, RunReport, Sync, run_sync
from sync.config.contract import check_columns
from sync.config.manifest import Model
from sync.config.parse import parse_settings
from sync.errors import DeliveryUnsure
from sync.look.preview import Preview, preview_sync
from sync.options import DeliverySettings
from tests.warehouses import Place
from tracking.sandbox.inspection import Inspection
from warehouse import Warehouse, open_warehouse
from warehouse.ddl import column_types

# Answers that leave one unsure are retried at once, and only a few times.
FAST = DeliverySettings(attempts=2, retry_seconds=0.5, checkpoint_seconds=0.05)


class World:
    """One model table `t_syncs.people`, and the syncs that tests make of it."""

    def __init__(
        self, folder: Path, place: Place, sandbox_url: str, sandbox: Inspection
    ) -> None:
        self.folder = folder
        self.place = place
        self.sandbox_url = sandbox_url
        self.sandbox = sandbox
        place.write_project(folder, schema="t", targets=("demo", "prod"))

    @contextmanager
    def warehouse(self, target: str = "demo") -> Iterator[Warehouse]:
        with open_warehouse(self.folder, target) as warehouse:
            yield warehouse

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements; the rows of the last one."""
        with self.warehouse() as warehouse, warehouse.engine.begin() as connection:
            for statement in statements:
                result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def model(self, select: str) -> None:
        """Make the model this query's result."""
        self.sql(
            "create schema if not exists t_syncs",
            "drop table if exists t_syncs.people",
            f"create table t_syncs.people as {select}",
        )

    def suppress(self, user_id: str) -> None:
        """Put a person on the list of those nobody may be told of."""
        self.sql(
            "insert into t_privacy.suppressions "
            f"values ('user_id', '{user_id}', now(), 'test')"
        )

    def columns(self) -> Mapping[str, str]:
        people = Table("people", MetaData(), schema="t_syncs")
        with self.warehouse() as warehouse, warehouse.engine.connect() as connection:
            return column_types(connection, people)

    def sync(self, name: str = "people", **settings: Any) -> Sync:
        """A sync of the model with these settings, checked as an exposure's are."""
        block = {"targets": ["demo"], "key": "id", "user_id": "user_id", **settings}
        parsed = parse_settings(block, where=name)
        columns = self.columns()
        check_columns(parsed, columns, set(), where=name)
        return Sync(
            name=name,
            label=name,
            description="",
            file="models/syncs/_syncs__exposures.yml",
            model=Model(
                name="people",
                schema="t_syncs",
                identifier="people",
                columns=columns,
                personal=frozenset(),
            ),
            settings=parsed,
        )

    def run(self, sync: Sync, target: str = "demo", **options: Any) -> RunReport:
        with self.warehouse(target) as warehouse:
            return run_sync(
                warehouse, sync, RunOptions(**{"delivery": FAST, **options})
            )

    def preview(self, sync: Sync) -> Preview:
        with self.warehouse() as warehouse:
            return preview_sync(warehouse, sync)

    def messages(self, **filters: Any) -> list[dict[str, Any]]:
        """What Segment kept after de-duplication, in order of arrival."""
        found = self.sandbox.messages(stage="accepted", **filters)
        return [line["message"] for line in found]

    def traits(self) -> dict[str, dict[str, Any]]:
        """The receiver's traits by user id."""
        return {
            profile["user_id"]: profile["traits"]
            for profile in self.sandbox.profiles()
            if profile.get("user_id")
        }

    def identify(self, **settings: Any) -> Sync:
        """The sync that most tests run: every field of the model as a trait."""
        block = {"call": "identify", "guard": {"removed_percent": 100}}
        return self.sync(**(block | settings))


def rows(*values: Sequence[Any], names: str = "id, user_id, score, url") -> str:
    """A query of literal rows; `score` is a whole number, all else text."""
    listed = ", ".join(
        "(" + ", ".join(_literal(value) for value in row) + ")" for row in values
    )
    columns = ", ".join(
        f"cast({name} as {'bigint' if name == 'score' else 'varchar'}) as {name}"
        for name in names.split(", ")
    )
    return f"select {columns} from (values {listed}) as people({names})"


def numbers(count: int) -> str:
    """A table `numbers` with a column `i`, from 0 on."""
    listed = ", ".join(f"({number})" for number in range(count))
    return f"(values {listed}) as numbers(i)"


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def many(count: int) -> str:
    """A model of so many people."""
    return (
        "select 'k' || i as id, 'u' || i as user_id, i as score, 'x' as url "
        f"from {numbers(count)}"
    )


def fault(status: int | None, **more: object) -> dict[str, object]:
    """One answer in place of the sandbox's own; see tracking/sandbox/faults.py."""
    return {"status": status, "times": 1, **more}


def leave_unfinished(world: World, sync: Sync, *, stored: bool = False) -> None:
    """Segment got the plan's calls, or did not; the run cannot know."""
    world.sandbox.faults([fault(503, times=1_000, store=stored)])
    with pytest.raises(DeliveryUnsure):
        world.run(sync)
    world.sandbox.clear_faults()
