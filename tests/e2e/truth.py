"""The oracle itself, held against what the simulator knows to be true."""

from collections import defaultdict

from tests.e2e.moves import Line, Moves, Truth
from tests.e2e.oracle import Expectation, Landed
from tests.e2e.oracle.landed import erased_subjects
from tests.e2e.oracle.traits import iso
from tests.e2e.story import Stop


def assert_agrees_with_truth(
    expected: Expectation, stop: Stop, truth: Truth, moves: Moves | None = None
) -> None:
    """What the simulator made happen is what the oracle found."""
    assert_users_are_one_only_by_alias(expected, truth, moves)
    assert_plain_sessions_are_their_persons(expected, stop, truth, moves)
    assert_nothing_is_told_of_the_erased(expected, stop.landed, truth)
    assert_nothing_is_told_of_bots_and_staff(expected, truth)


def assert_users_are_one_only_by_alias(
    expected: Expectation, truth: Truth, moves: Moves | None
) -> None:
    """Two user ids in one profile have been said to be one by an alias."""
    said = {(each["previous_id"], each["user_id"]) for each in truth.aliases}
    if moves:
        said |= {(moves.renamed, moves.new_name), (moves.folded, moves.survivor)}
    by_profile = defaultdict(set)
    for (kind, value), profile in expected.who.owner.items():
        if kind == "user_id":
            by_profile[profile].add(value)
    together = [users for users in by_profile.values() if len(users) > 1]

    assert together
    assert all(len(users) == 2 for users in together)
    assert all(
        said & {tuple(users), tuple(users)[::-1]} for users in map(tuple, together)
    )


def assert_plain_sessions_are_their_persons(
    expected: Expectation, stop: Stop, truth: Truth, moves: Moves | None
) -> None:
    """
    Where a device is one person's and they log in on it, all its sessions are theirs.
    """
    moved = {moves.renamed, moves.folded} if moves else set()
    users_of = _users_of_own_devices(expected, stop, truth)
    checked = 0
    for session in _delivered(truth, expected):
        users = users_of.get(session["anonymous_id"], set())
        if len(users) != 1 or users & moved or _is_renamed(session, truth):
            continue
        profile = expected.profiles[session["session_id"]]
        assert profile is not None
        assert {profile.user_id} == users
        checked += 1
    assert checked > len(expected.profiles) / 4


def assert_nothing_is_told_of_the_erased(
    expected: Expectation, landed: Landed, truth: Truth
) -> None:
    """
    No session of somebody who asked to be forgotten is left, but for one on a device
    that others use too, which nothing ties to them.
    """
    subjects = erased_subjects(landed)
    users = {value for kind, value in subjects if kind == "user_id"}
    erased = {
        person_id
        for person_id, person in truth.people.items()
        if users & set(person["user_ids"])
    }
    left = [
        session
        for session in _delivered(truth, expected)
        if session["person_id"] in erased
    ]

    assert all(session["user_id"] is None for session in left)
    assert all(truth.devices[each["anonymous_id"]]["is_shared"] for each in left)
    assert not subjects & expected.who.owner.keys()
    assert not users & expected.traits.keys()


def assert_nothing_is_told_of_bots_and_staff(
    expected: Expectation, truth: Truth
) -> None:
    """Nor of people who did not want to be recorded."""
    silent = {
        person_id
        for person_id, person in truth.people.items()
        if person["is_bot"] or person["is_staff"] or person["consent_denied"]
    }
    theirs = {
        session["session_id"]
        for session in truth.sessions
        if session["person_id"] in silent
    }
    told = {event.properties["session_id"] for event in expected.events.values()}

    assert theirs
    assert not theirs & told


def _delivered(truth: Truth, expected: Expectation) -> list[Line]:
    return [each for each in truth.sessions if each["session_id"] in expected.profiles]


def _users_of_own_devices(
    expected: Expectation, stop: Stop, truth: Truth
) -> dict[str, set[str]]:
    """Who had logged in by then, by the devices that nobody else uses."""
    users: dict[str, set[str]] = defaultdict(set)
    for session in _delivered(truth, expected):
        device, at = session["anonymous_id"], session["identified_at"]
        if at and at <= str(iso(stop.as_of)) and not truth.devices[device]["is_shared"]:
            users[device].add(session["user_id"])
    return users


def _is_renamed(session: Line, truth: Truth) -> bool:
    return len(truth.people[session["person_id"]]["user_ids"]) > 1
