"""Rows that arrive batch by batch come to the same as rows that are all there."""

import hashlib
import random
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from tests.dbt_runs import run_dbt
from tests.identity.builds import SEEDS, Outcome, Record, tune
from tests.identity.histories import AS_OF, History, Row, write_history
from tests.identity.stories import BLOCKED, overrides, tell_all
from tests.identity.test_oracle import expected_owners, live
from tests.identity.test_scenarios import PARTITIONS, identifier, named
from tests.warehouses import Places

BATCHES = 3
ORDERS = ("forward", "backward", "mixed")
STEPS = (
    "+id_graph",
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
        names = (*TABLES, "identity_stitches")
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
        self.forgotten = {_hash("user_id", value) for value in self.suppressed}

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
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


@pytest.fixture(scope="module")
def told(
    kind: str, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """Every story in each order and random worlds, side by side, in three batches."""
    folder = tmp_path_factory.mktemp("batches")
    parts = [History() for _ in range(BATCHES)]
    worlds = Worlds()
    for order in ORDERS:
        _deal(tell_all(f"{order}."), order, parts)
    _deal(worlds.history, "mixed", parts)
    for value in sorted(worlds.suppressed):
        person: Row = {"subject_type": "user_id", "subject_id": value}
        parts[-1].add("relyv_privacy.suppressions", person)
    with places.new(kind) as place:
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
        yield world


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


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("story", "expected"), PARTITIONS.items(), ids=PARTITIONS)
def test_the_story_in_batches_comes_to_the_same_profiles(
    told: Told, order: str, story: str, expected: str
) -> None:
    """
    In order, the other way round, or dealt by chance.
    """
    tale = f"{order}.{story}"
    groups, _, shared = expected.partition("|")
    owner: dict[tuple[str, str], str | None] = {
        identifier(tale, short): identifier(tale, group.split()[0])[1]
        for group in groups.split(",")
        for short in group.split()
    }
    owner |= dict.fromkeys((identifier(tale, each) for each in shared.split()), None)

    found = {
        key: named(told.outcome, row["profile_id"])
        for key, row in told.outcome.mapping.items()
        if key[1].startswith(f"{tale}-")
    }

    assert found == owner


@pytest.mark.parametrize("table", TABLES)
def test_batches_and_a_rebuild_are_the_same_rows(told: Told, table: str) -> None:
    """
    Whatever came, went and was corrected between: a full refresh changes no row. One
    run was killed half-way, another before it noted what it had seen.
    """
    assert told.tables[-2][table] == told.tables[-1][table]
    assert told.tables[-1][table]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_comes_out_as_it_was_is_not_written(told: Told, table: str) -> None:
    """
    Of the people who changed, only what changed is rewritten; of the others nothing.
    """
    if not told.written:
        pytest.skip("only PostgreSQL says who wrote a row")
    for number in range(1, BATCHES):
        before, after = told.written[number - 1][table], told.written[number][table]
        rewritten = {key for key in after if after[key] != before.get(key)}
        old = {row[KEYS[table]]: row for row in told.tables[number - 1][table]}
        differing = {
            row[KEYS[table]]
            for row in told.tables[number][table]
            if row != old.get(row[KEYS[table]])
        }

        assert rewritten == differing
        assert 0 < len(rewritten) < len(after)


def test_a_known_profile_keeps_its_id_but_by_an_alias(told: Told) -> None:
    """
    A user's profile has another id only if an alias, or an override, names the user.
    """
    renamed: set[object] = set()
    for before, after in zip(told.tables, told.tables[1:], strict=False):
        profiles = _profiles_of_users(after)
        renamed |= {
            user
            for user, profile in _profiles_of_users(before).items()
            if profiles.get(user, profile) != profile
        }

    assert renamed
    assert renamed <= _joined_users(told.parts)
    assert _profiles_of_users(told.tables[-1]) == _profiles_of_users(told.tables[-2])


def _profiles_of_users(tables: Snapshot) -> dict[object, object]:
    return {
        row["identifier_value"]: row["profile_id"]
        for row in tables["external_id_mapping"]
        if row["identifier_type"] == "user_id"
    }


def _joined_users(parts: list[History]) -> set[object]:
    """Whom an alias, or the override of a story, says to be somebody else, too."""
    aliases = [row for part in parts for row in part.rows["segment.aliases"]]
    joined = [row for order in ORDERS for row in overrides(f"{order}.")]
    return {row[name] for row in aliases for name in ("user_id", "previous_id")} | {
        row[name]
        for row in joined
        if row["rule"] == "same_person"
        for name in ("identifier_value", "other_value")
    }


def test_random_worlds_in_batches_agree_with_brute_force(told: Told) -> None:
    """
    With calls that were deleted, and calls that must not link, for good or for a while.
    """
    found = {
        key: None
        if row["profile_id"] is None
        else named(told.outcome, row["profile_id"])
        for key, row in told.outcome.mapping.items()
        if re.match(r"w\d{3}-", key[1])
    }

    assert found == {
        identifier: owner and owner[1]
        for identifier, owner in expected_owners(told.worlds.in_the_end()).items()
    }


def test_the_audit_has_all_that_moved(told: Told) -> None:
    """
    Who was elsewhere a build before, once; a full refresh keeps it and adds nothing.
    """
    for before, after in zip(told.tables, told.tables[1:], strict=False):
        gone = told.worlds.forgotten if after is not told.tables[1] else set()
        moved = [move for move in _moves(before, after) if not gone & set(move)]
        told_of = [
            (row["identifier_hash"], row["from_profile_id"], row["to_profile_id"])
            for row in _stitches(before, after)
        ]

        assert sorted(told_of, key=str) == sorted(moved, key=str)
    assert told.tables[1]["identity_stitches"]
    assert told.tables[-1]["identity_stitches"] == told.tables[-2]["identity_stitches"]


def test_the_audit_forgets_whom_it_must(told: Told) -> None:
    """
    It told of them before they were suppressed; now no identifier and no profile does.
    """
    assert told.worlds.forgotten & _told_of(told.tables[1])
    assert not told.worlds.forgotten & _told_of(told.tables[2])


def _told_of(tables: Snapshot) -> set[object]:
    return {
        row[name]
        for row in tables["identity_stitches"]
        for name in ("identifier_hash", "from_profile_id", "to_profile_id")
    }


def test_each_move_has_the_cause_that_came_with_its_batch(told: Told) -> None:
    """
    A call that came or is gone, an override, a limit: never one of another batch.
    """
    causes: set[object] = set()
    came_before = _event_ids(told.parts[0])
    steps = zip(told.parts[1:], told.tables, told.tables[1:], strict=False)
    for part, before, after in steps:
        came = _event_ids(part)
        came_before |= came
        names = _names(before) | _names(after)
        for row in _stitches(before, after):
            story = names[row["identifier_hash"]].split("-")[0].split(".")[-1]
            event, cause = row["triggering_event_id"], row["cause"]
            fits = {
                "event": event in came,
                # An id that turns out to be a user's gives an old alias another sense.
                "alias": event in came_before,
                "removed_event": event in told.worlds.deleted or story == "deleted",
                "override": event in told.worlds.unlinked
                or story.startswith("override_"),
                "limit": story == "super_node",
                "seed": False,
            }
            assert fits[str(cause)], (story, row)
            causes.add(cause)
    assert causes == {"event", "alias", "removed_event", "override", "limit"}


def _event_ids(history: History) -> set[object]:
    return {
        row[name]
        for rows in history.rows.values()
        for row in rows
        for name in ("id", "event_id", "session_id")
        if name in row
    }


def _hash(identifier_type: str, value: str) -> str:
    return hashlib.md5(f"{identifier_type}:{value}".encode()).hexdigest()


def _names(tables: Snapshot) -> dict[object, str]:
    return {
        row["external_id_hash"]: str(row["identifier_value"])
        for row in tables["external_id_mapping"]
    }


def _moves(before: Snapshot, after: Snapshot) -> list[tuple[object, object, object]]:
    now = {
        row["external_id_hash"]: row["profile_id"]
        for row in after["external_id_mapping"]
    }
    then = {
        row["external_id_hash"]: row["profile_id"]
        for row in before["external_id_mapping"]
    }
    return [
        (identifier, profile, now.get(identifier))
        for identifier, profile in then.items()
        if identifier not in now or now[identifier] != profile
    ]


def _stitches(before: Snapshot, after: Snapshot) -> list[Record]:
    """The rows of the audit that the later build appended."""
    old = {row["stitch_id"] for row in before["identity_stitches"]}
    return [row for row in after["identity_stitches"] if row["stitch_id"] not in old]
