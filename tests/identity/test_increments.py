"""Rows that arrive batch by batch come to the same as rows that are all there."""

import re
from collections.abc import Iterator

import pytest

from tests.identity.batches import (
    BATCHES,
    KEYS,
    NUMBERED,
    ORDERS,
    TABLES,
    Snapshot,
    Told,
    hash_of,
    tell_in_batches,
)
from tests.identity.builds import Record
from tests.identity.histories import History
from tests.identity.stories import overrides
from tests.identity.test_oracle import expected_owners
from tests.identity.test_scenarios import PARTITIONS, identifier, named
from tests.warehouses import Places


@pytest.fixture(scope="module")
def told(
    kind: str, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """One warehouse of each kind that was told them all."""
    with places.new(kind) as place:
        yield tell_in_batches(place, tmp_path_factory.mktemp("batches"))


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


@pytest.mark.parametrize("table", [*TABLES, *NUMBERED])
def test_batches_and_a_rebuild_are_the_same_rows(told: Told, table: str) -> None:
    """
    Whatever came, went and was corrected between: a full refresh changes no row. One
    run was killed half-way, another before it noted what it had seen.
    """
    assert told.tables[-2][table] == told.tables[-1][table]
    assert told.tables[-1][table]


# No other warehouse says which statement wrote a row.
@pytest.mark.only_on("postgres")
@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_comes_out_as_it_was_is_not_written(told: Told, table: str) -> None:
    """
    Of the people who changed, only what changed is rewritten; of the others nothing.
    """
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
    steps = zip(told.tables, told.tables[1:], strict=False)
    for number, (before, after) in enumerate(steps, start=1):
        gone = _suppressed(told.parts[: number + 1])
        moved = [move for move in _moves(before, after) if not gone & set(move)]
        told_of = [
            (row["identifier_hash"], row["from_profile_id"], row["to_profile_id"])
            for row in _stitches(before, after)
        ]

        assert sorted(told_of, key=str) == sorted(moved, key=str)
    assert told.tables[1]["identity_stitches"]
    assert told.tables[-1]["identity_stitches"] == told.tables[-2]["identity_stitches"]


def _suppressed(parts: list[History]) -> set[object]:
    return {
        hash_of(str(row["subject_type"]), str(row["subject_id"]).lower())
        for part in parts
        for row in part.rows.get("relyv_privacy.suppressions", ())
    }


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
