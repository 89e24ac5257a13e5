"""How right the graph is, in worlds whose truth is known, beside other methods."""

import gzip
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.schema import CreateSchema

from reports.identity.accuracy import agreement, agreements
from reports.identity.methods import COMPONENTS, LAST_USER, ORACLE, OURS
from reports.identity.truth import fill_truth, load_truth
from simulation.world import Kind
from tests.identity.builds import Outcome
from tests.identity.simulated import report_on
from tests.warehouses import Place, Places

KINDS_FOR_ALL = ("postgres",)


@pytest.fixture
def laptop(places: Places) -> Iterator[Place]:
    with places.new("duckdb") as place:
        yield place


@pytest.mark.parametrize(
    ("kind", "people", "share"),
    [
        ("typical", 300, 0.98),
        ("shared", 300, 0.9),
        pytest.param("typical", 4000, 0.98, marks=pytest.mark.slow),
        pytest.param("shared", 4000, 0.93, marks=pytest.mark.slow),
    ],
)
def test_people_are_told_apart_nearly_as_well_as_can_be(
    kind: Kind, people: int, share: float, laptop: Place, tmp_path: Path
) -> None:
    """
    Close to an oracle that knows who holds the device, above what others do, and never
    two people in one profile (the invariants in tests/dbt fail the build otherwise).
    """
    report = report_on(kind, laptop, tmp_path, people=people, days=30)

    f1 = {method: found.pairwise.f1 for method, found in report.accuracy.items()}
    assert f1[OURS] >= share * f1[ORACLE]
    assert f1[OURS] > max(f1[LAST_USER], f1[COMPONENTS])
    assert report.accuracy[ORACLE].most_people_in_one == 1


@pytest.mark.parametrize("people", [1, 4])
def test_the_measures_are_those_of_the_textbook(
    place: Place, tmp_path: Path, people: int
) -> None:
    """
    Counted pair by pair and session by session, they come to the same.
    """
    dice = Random(people)
    sessions = [f"s{number}" for number in range(20)]
    person = {session: f"p{dice.randrange(people)}" for session in sessions}
    cluster = {session: f"c{dice.randrange(3)}" for session in sessions}

    with place.open(tmp_path) as warehouse, warehouse.engine.connect() as connection:
        connection.execute(CreateSchema("relyv_identity"))
        truth = fill_truth(
            connection,
            schema="relyv_identity",
            sessions=(
                {"session_id": session, "person_id": who}
                for session, who in person.items()
            ),
            # The clusters travel as identifiers: a table that is there anyway.
            identifiers=(
                {"identifier_type": session, "identifier_value": c, "person_id": "-"}
                for session, c in cluster.items()
            ),
        )
        held = truth.identifiers
        clusters = select(
            held.c.identifier_type.label("session_id"),
            held.c.identifier_value.label("cluster"),
        )
        found = agreement(connection, clusters, truth)

    pairwise, b_cubed = found.pairwise, found.b_cubed
    assert found.sessions == len(sessions)
    assert [pairwise.precision, pairwise.recall] == pytest.approx(
        by_pairs(person, cluster)
    )
    assert [b_cubed.precision, b_cubed.recall] == pytest.approx(
        by_sessions(person, cluster)
    )


def test_what_a_bot_did_is_nobodys(places: Places, tmp_path: Path) -> None:
    """
    Its line comes after those of its sessions, as everybody's does.
    """
    facts: list[dict[str, object]] = []
    for person_id, is_bot in (("ann", False), ("bot", True)):
        facts += [
            {"kind": "session", "session_id": f"{person_id}-1", "person_id": person_id},
            {"kind": "person", "person_id": person_id, "is_bot": is_bot}
            | {"user_ids": [], "emails": [], "external_ids": {}},
        ]
    path = tmp_path / "truth.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, facts))))

    with (
        places.new("duckdb") as place,
        place.open(tmp_path) as warehouse,
        warehouse.engine.connect() as connection,
    ):
        truth = load_truth(connection, path, schema="main")
        found = connection.execute(select(truth.sessions.c.session_id)).scalars().all()

    assert found == ["ann-1"]


def by_pairs(person: dict[str, str], cluster: dict[str, str]) -> list[float]:
    pairs = [*combinations(person, 2)]
    joined = {pair for pair in pairs if cluster[pair[0]] == cluster[pair[1]]}
    belonging = {pair for pair in pairs if person[pair[0]] == person[pair[1]]}
    right = len(joined & belonging)
    return [right / len(joined), right / len(belonging)]


def by_sessions(person: dict[str, str], cluster: dict[str, str]) -> list[float]:
    with_it = {
        each: (
            {other for other in person if cluster[other] == cluster[each]},
            {other for other in person if person[other] == person[each]},
        )
        for each in person
    }
    right = {each: len(found & true) for each, (found, true) in with_it.items()}
    return [
        sum(right[each] / len(sets[side]) for each, sets in with_it.items())
        / len(person)
        for side in (0, 1)
    ]


def test_each_method_is_held_against_the_same_sessions(world: Outcome) -> None:
    """
    Two people log in on one device in turn. The last one gets all of it by its cookie,
    and both are one by their links; by the rules and by the oracle they are two.
    """
    holders = {"before": "ann", "between": "bob", "after": "bob"}
    users = {"shared_device-u1": "ann", "shared_device-u2": "bob"}

    with (
        world.place.open(world.folder) as warehouse,
        warehouse.engine.connect() as connection,
    ):
        truth = fill_truth(
            connection,
            schema=warehouse.step_schema("identity"),
            sessions=(
                {"session_id": f"shared_device-{session}", "person_id": person}
                for session, person in holders.items()
            ),
            identifiers=(
                {"identifier_type": "user_id", "identifier_value": user, "person_id": p}
                for user, p in users.items()
            ),
        )
        found = agreements(connection, warehouse, truth)
        connection.rollback()

    assert {name: each.most_people_in_one for name, each in found.items()} == {
        OURS: 1,
        LAST_USER: 2,
        COMPONENTS: 2,
        ORACLE: 1,
    }
    assert {
        name: each.pairwise.recall for name, each in found.items()
    } == dict.fromkeys(found, 1.0)
    assert {each.sessions for each in found.values()} == {3}
