"""Every story and many random worlds, told to one warehouse in batches."""

import hashlib
import random
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from tests.dbt_runs import run_dbt
from tests.identity.builds import SEEDS, Outcome, Record, tune
from tests.identity.histories import AS_OF, History, Row, write_history
from tests.identity.stories import BLOCKED, overrides, tell_all
from tests.identity.test_oracle import live
from tests.warehouses import Place

BATCHES = 3
ORDERS = ("forward", "backward", "mixed")
STEPS = (
    "+id_graph",
    "+identity_calls",
    "+identity_mismatches",
    "+identity_told_facts",
    "+identity_told_places",
    "+profile_merges",
    "+profiles",
)
# What must not depend on where batches were cut.
KEYS = {
    "external_id_mapping": "external_id_hash",
    "id_graph": "profile_id",
    "profiles": "profile_id",
    "profile_merges": "profile_id",
}
TABLES = tuple(KEYS)
# Built by numbers, which a rebuild gives anew.
NUMBERED = (
    "identity_calls",
    "identity_claims",
    "identity_mismatches",
    "identity_user_sides",
)
# Hundreds of worlds in a warehouse cost as much as one: most of it is dbt.
WORLDS = 300
SUPPRESSED = 50


# A run that is killed after these has left a graph that is half old and half new.
FIRST_STEPS = ("+identity_bridges", "identity_owners")
SEEN = "relyv_builds.session_builds"


Snapshot = dict[str, list[Record]]


@dataclass
class Told:
    """One warehouse, and what its tables said after each build."""

    outcome: Outcome
    worlds: "Worlds"
    parts: list[History]
    tables: list[Snapshot] = field(default_factory=list)
    written: list[dict[str, dict[object, object]]] = field(default_factory=list)

    def arrive(self, batch: int) -> None:
        with self.outcome.place.open(self.outcome.folder) as warehouse:
            write_history(self.parts[batch], warehouse)

    def correct(self, rows: list[Record], blocked: tuple[str, ...] = ()) -> None:
        with self.outcome.place.open(self.outcome.folder) as warehouse:
            tune(warehouse, blocked, rows)

    def delete(self, table: str, column: str, values: Set[str]) -> None:
        listed = ", ".join(f"'{value}'" for value in sorted(values))
        with (
            self.outcome.place.open(self.outcome.folder) as warehouse,
            warehouse.engine.begin() as connection,
        ):
            connection.execute(
                text(f"delete from {table} where {column} in ({listed})")
            )

    def build(self, *more: str) -> None:
        self.run(*more, "--select", *STEPS)
        names = (*TABLES, *NUMBERED, "identity_stitches")
        self.tables.append({name: _table(self.outcome, name) for name in names})
        if self.outcome.place.kind == "postgres":
            self.written.append({name: self._written(name) for name in KEYS})

    def run(self, *options: str) -> None:
        run_dbt(self.outcome.folder, "run", *options, as_of=AS_OF)

    def seen(self) -> list[Record]:
        return self.outcome.rows(f"select node_id, seen_build from {SEEN}")

    def put_back(self, seen: list[Record]) -> None:
        """As if the last run had been killed before a model noted what it has seen."""
        with (
            self.outcome.place.open(self.outcome.folder) as warehouse,
            warehouse.engine.begin() as connection,
        ):
            connection.execute(text(f"delete from {SEEN}"))
            connection.execute(
                text(f"insert into {SEEN} values (:node_id, :seen_build)"), seen
            )

    def _written(self, name: str) -> dict[object, object]:
        """The transaction that wrote each row, by the row's key."""
        query = f"select {KEYS[name]} as key, xmin::text as written from relyv_identity"
        return {
            row["key"]: row["written"] for row in self.outcome.rows(f"{query}.{name}")
        }


class Worlds:
    """Random little worlds: some calls are deleted or must not link, some people go."""

    def __init__(self) -> None:
        chance = random.Random(20260123)
        self.history = History()
        for number in range(WORLDS):
            live(self.history.story(f"w{number:03d}"), chance)
        ids = [str(row["id"]) for rows in self.history.rows.values() for row in rows]
        self.removed = set(chance.sample(ids, len(ids) // 12))
        self.unlinked = set(chance.sample(ids, len(ids) // 12))
        self.linked_again = set(chance.sample(sorted(self.unlinked), len(ids) // 30))
        self.suppressed = {f"w{number:03d}-u1" for number in range(SUPPRESSED)}
        self.deleted = self.removed | {
            str(row["id"])
            for rows in self.history.rows.values()
            for row in rows
            if {row["user_id"], row.get("previous_id")} & self.suppressed
        }
        self.forgotten = {hash_of("user_id", value) for value in self.suppressed}

    def in_the_end(self) -> History:
        """The calls that count: one that must not link is one for each identifier."""
        left = History()
        for table, rows in self.history.rows.items():
            for row in rows:
                if row["id"] in self.unlinked - self.linked_again - self.deleted:
                    for name in ("user_id", "anonymous_id", "context_traits_email"):
                        left.add(table, _only(row, name))
                elif row["id"] not in self.deleted:
                    left.add(table, row)
        return left


def _only(row: Row, identifier_column: str) -> Row:
    kept = {"id", "received_at", identifier_column}
    return {name: value if name in kept else None for name, value in row.items()}


def _table(outcome: Outcome, name: str) -> list[Record]:
    rows = outcome.rows(f"select * from relyv_identity.{name}")
    for row in rows:
        row.pop("node", None)
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def hash_of(identifier_type: str, value: str) -> str:
    """The hash by which tables name an identifier."""
    return hashlib.md5(f"{identifier_type}:{value}".encode()).hexdigest()


def tell_in_batches(place: Place, folder: Path) -> Told:
    """Every story in each order and random worlds, side by side, in three batches."""
    parts = [History() for _ in range(BATCHES)]
    worlds = Worlds()
    for order in ORDERS:
        _deal(tell_all(f"{order}."), order, parts)
    _deal(worlds.history, "mixed", parts)
    for value in sorted(worlds.suppressed):
        person: Row = {"subject_type": "user_id", "subject_id": value}
        parts[-1].add("relyv_privacy.suppressions", person)
    world = Told(Outcome(place, folder), worlds, parts)
    world.arrive(0)
    run_dbt(folder, "seed", "--select", *SEEDS, as_of=AS_OF)
    world.correct([], BLOCKED)
    world.build()

    world.arrive(1)
    world.correct(
        [{"rule": "must_not_link", "event_id": each} for each in worlds.unlinked]
    )
    seen = world.seen()
    world.run("--select", *FIRST_STEPS)
    world.build()
    world.put_back(seen)

    world.arrive(2)
    world.correct([row for order in ORDERS for row in overrides(f"{order}.")])
    world.delete("relyv_seeds.identity_overrides", "event_id", worlds.linked_again)
    for table in worlds.history.rows:
        world.delete(table, "id", worlds.removed)
    world.build()

    world.build("--full-refresh")
    return world


def _deal(history: History, order: str, parts: list[History]) -> None:
    """Cut each story: its rows in order, the other way round, or dealt by chance."""
    chance = random.Random(20260122)
    for table, rows in history.rows.items():
        stories: dict[str, list[Row]] = {}
        for row in rows:
            stories.setdefault(_story_of(row), []).append(row)
        for own in stories.values():
            for position, row in enumerate(own):
                batch = position * BATCHES // len(own)
                if order == "backward":
                    batch = BATCHES - 1 - batch
                if order == "mixed":
                    batch = chance.randrange(BATCHES)
                parts[batch].add(table, row)


def _story_of(row: Row) -> str:
    name = row.get("id") or row.get("session_id") or row.get("subject_id")
    return str(name).split("-", maxsplit=1)[0]
