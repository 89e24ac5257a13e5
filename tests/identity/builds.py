"""Build the models of a history, in a warehouse of the test's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import column, insert, table, text

from tests.dbt_runs import run_dbt
from tests.identity.histories import AS_OF, History, write_history
from tests.warehouses import Place
from warehouse import Warehouse

SEEDS = ("identifier_types", "blocked_values", "identity_overrides")

STEPS = ("models/staging", "models/identity", "models/sessions", "tests/dbt/identity")

Record = dict[str, object]


@dataclass(frozen=True)
class Outcome:
    """What the models say about a history."""

    place: Place
    folder: Path

    def rows(self, query: str) -> list[Record]:
        with (
            self.place.open(self.folder) as warehouse,
            warehouse.engine.connect() as connection,
        ):
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    @cached_property
    def mapping(self) -> dict[tuple[str, str], Record]:
        return {
            (str(row["identifier_type"]), str(row["identifier_value"])): row
            for row in self.rows("select * from relyv_identity.external_id_mapping")
        }

    @cached_property
    def profiles(self) -> dict[str, Record]:
        return {
            str(row["profile_id"]): row
            for row in self.rows("select * from relyv_identity.profiles")
        }

    @cached_property
    def sessions(self) -> dict[str, Record]:
        return {
            str(row["session_id"]): row
            for row in self.rows("select * from relyv_sessions.sessions")
        }


def build(
    history: History,
    folder: Path,
    place: Place,
    *,
    blocked: Sequence[str] = (),
    overrides: Sequence[Record] = (),
    with_unit_tests: bool = False,
) -> Outcome:
    """Land the history, fill the seeds, build everything up to the sessions."""
    with place.open(folder) as warehouse:
        write_history(history, warehouse)
    run_dbt(folder, "seed", "--select", *SEEDS, as_of=AS_OF)
    with place.open(folder) as warehouse:
        tune(warehouse, blocked, overrides)
    left_out = ["seed"] if with_unit_tests else ["seed", "unit_test"]
    run_dbt(
        folder,
        "build",
        *("--exclude-resource-type", *left_out),
        *("--indirect-selection", "buildable"),
        *("--select", *STEPS),
        as_of=AS_OF,
    )
    return Outcome(place, folder)


def tune(
    warehouse: Warehouse, blocked: Sequence[str], overrides: Sequence[Record]
) -> None:
    values = [{"identifier_value": value, "reason": "ours"} for value in blocked]
    with warehouse.engine.begin() as connection:
        for seed, rows in (
            ("blocked_values", values),
            ("identity_overrides", overrides),
        ):
            for row in rows:
                names = [column(name) for name in row]
                target = table(seed, *names, schema="relyv_seeds")
                connection.execute(insert(target).values(row))
