"""What `relyv identity explain` says, against the stories that it is asked about."""

import json

import pytest
from typer.testing import CliRunner

import relyv
from reports.identity import Explanation, explain_identifier
from reports.identity.chain import Link, shortest_chain
from reports.identity.explanation import Step
from tests.identity.builds import Outcome

KINDS_FOR_ALL = ("postgres",)


def ask(world: Outcome, value: str) -> Explanation:
    with world.place.open(world.folder) as warehouse:
        first, *_ = explain_identifier(warehouse, value)
    return first


def way(steps: "list[Step] | tuple[Step, ...]") -> list[tuple[str, str, str | None]]:
    return [
        (step.origin.identifier_value, step.target.identifier_value, step.event_id)
        for step in steps
    ]


def test_a_device_is_explained_by_its_login(world: Outcome) -> None:
    found = ask(world, "login-a1")

    assert found.verdict == "owned"
    assert found.profile_id == world.mapping["user_id", "login-u1"]["profile_id"]
    assert way([*found.steps]) == [("login-a1", "login-u1", "login-event2")]
    assert found.steps[0].event_kind == "identify call"


def test_a_user_id_names_its_profile(world: Outcome) -> None:
    assert ask(world, " Login-U1 ").verdict == "canonical"


def test_a_shared_mail_names_both_people_and_their_ways(world: Outcome) -> None:
    """
    u1 - a1 - e - a2 - u2: each side is told event by event.
    """
    found = ask(world, "chain-e@x.io")

    assert (found.verdict, found.owner) == ("shared", None)
    assert {
        claim.person.identifier_value: way([*claim.steps]) for claim in found.claims
    } == {
        "chain-u1": [
            ("chain-e@x.io", "chain-a1", "chain-event2"),
            ("chain-a1", "chain-u1", "chain-event1"),
        ],
        "chain-u2": [
            ("chain-e@x.io", "chain-a2", "chain-event3"),
            ("chain-a2", "chain-u2", "chain-event4"),
        ],
    }


def test_what_was_cut_off_is_named(world: Outcome) -> None:
    """
    The device was seen with the mail, which is shared: that is why it goes no further.
    """
    (stranger,) = ask(world, "chain-a1").strangers

    assert stranger.step.target.identifier_value == "chain-e@x.io"
    assert (stranger.status, stranger.step.event_id) == ("shared", "chain-event2")


def test_an_alias_and_an_override_are_links_too(world: Outcome) -> None:
    aliased = ask(world, "alias-u1").steps
    overridden = ask(world, "override_joins-u2").steps

    assert way([*aliased]) == [("alias-u1", "alias-u2", "alias-event3")]
    assert aliased[0].event_kind == "alias call"
    assert [step.event_kind for step in overridden] == ["override"]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("override_kiosk-a1", "kiosk"),
        ("super_node-test@test.com", "quarantined"),
        ("many_mails-e7@x.io", "over_limit"),
        ("QA", "blocked"),
        ("0000-0", "blocked"),
        ("deleted-u1", "suppressed"),
        ("nobody-ever-saw-this", "unknown"),
    ],
)
def test_each_fate_has_its_word(world: Outcome, value: str, verdict: str) -> None:
    assert ask(world, value).verdict == verdict


def test_a_chain_may_lead_through_what_is_over_a_limit(world: Outcome) -> None:
    found = ask(world, "many_mails-a7")

    assert way([*found.steps]) == [
        ("many_mails-a7", "many_mails-e7@x.io", "many_mails-event8"),
        ("many_mails-e7@x.io", "many_mails-u1", "many_mails-event7"),
    ]


def test_a_session_and_what_is_in_it_are_told_apart(world: Outcome) -> None:
    """
    The user was first named inside the session; the device of s3 by the session itself.
    """
    inside, by_session = ask(world, "during-a1"), ask(world, "during-a3")

    assert inside.steps[0].event_kind == "identify in a Relyv session"
    assert by_session.steps[0].event_kind == "Relyv session"


def test_a_long_chain_is_found(world: Outcome) -> None:
    found = ask(world, "long_chain-a3000")

    assert len(found.steps) == 3000
    assert found.steps[-1].target == found.owner


def test_one_value_of_two_types_is_explained_twice(world: Outcome) -> None:
    with world.place.open(world.folder) as warehouse:
        found = explain_identifier(warehouse, "one_value_two_types-42")

    assert [each.identifier and each.identifier.identifier_type for each in found] == [
        "user_id",
        "anonymous_id",
    ]


def test_the_screen_shows_brackets_as_they_are_and_json_says_the_same(
    world: Outcome,
) -> None:
    """
    What a customer typed is never read as markup.
    """
    arguments = ["identity", "explain", "--project-dir", str(world.folder)]
    for_people = CliRunner().invoke(relyv.app, [*arguments, "[object Object]"])
    for_machines = CliRunner().invoke(relyv.app, [*arguments, "chain-a1", "--json"])

    assert "[object Object]" in for_people.output
    assert for_people.exit_code == 0
    (found,) = json.loads(for_machines.output)
    assert found["verdict"] == "owned"


def test_the_shortest_chain_does_not_depend_on_order() -> None:
    """
    Of two ways of the same length the one over stronger identifiers is told.
    """
    links = [
        Link(node=a, other=b, event_id=f"e{a}{b}", linked_at=None)
        for a, b in [(1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (1, 6), (6, 7), (7, 5)]
    ]

    found = shortest_chain(links, start=5, goal=1)

    assert found == shortest_chain(links[::-1], start=5, goal=1)
    assert [link.other for link in found or ()] == [4, 2, 1]
    assert shortest_chain(links, start=5, goal=8) is None
