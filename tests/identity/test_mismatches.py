"""What the model of mismatches finds in the stories, and how the report shows it."""

import json

import pytest
from typer.testing import CliRunner

import relyv
from tests.identity.builds import Outcome


def found(world: Outcome, mismatch: str) -> set[tuple[object, object]]:
    rows = world.rows(
        "select identifier_value, other_value"
        " from relyv_identity.identity_mismatches"
        f" where mismatch = '{mismatch}'"
    )
    return {(row["identifier_value"], row["other_value"]) for row in rows}


@pytest.mark.parametrize(
    ("mismatch", "row"),
    [
        ("user_on_relyv_only", ("during-u3", None)),
        ("user_on_segment_only", ("shared_device-u1", None)),
        ("email_of_several_users", ("two_accounts_one_mail-e@x.io", None)),
        ("spelled_differently", ("spelling-U1", "spelling-u1")),
        ("alias_candidate", ("lent_laptop-u1", "lent_laptop-u2")),
    ],
)
def test_each_kind_of_mismatch_has_its_story(
    world: Outcome, mismatch: str, row: tuple[object, object]
) -> None:
    assert row in found(world, mismatch)


def test_what_is_settled_is_no_mismatch(world: Outcome) -> None:
    """
    An alias was sent, an override unlinked the event, the user is known to both sides.
    """
    candidates = {str(earlier) for earlier, _ in found(world, "alias_candidate")}

    assert not candidates & {"alias_unshares-u1", "override_unlinks-u1"}
    assert "during-u1" not in {
        value for value, _ in found(world, "user_on_segment_only")
    }


def test_the_report_names_as_many_as_it_is_asked_for(world: Outcome) -> None:
    """
    Counts are always there; values only as many as wanted, since they are personal.
    """
    arguments = ["identity", "report", "--json", "--project-dir", str(world.folder)]
    with_some, with_none = (
        json.loads(CliRunner().invoke(relyv.app, [*arguments, *more]).output)
        for more in (["--examples", "1"], ["--examples", "0"])
    )

    assert with_some["mismatches"] == with_none["mismatches"]
    assert len(with_some["examples"]) == len(with_some["mismatches"]) == 5
    assert with_some["largest"] == [
        {
            "canonical_type": "email",
            "canonical_value": "long_chain-e0@x.io",
            "identifiers": 3001,
        }
    ]
    assert (with_none["examples"], with_none["largest"]) == ([], [])


def test_the_report_reads_well(world: Outcome) -> None:
    arguments = ["identity", "report", "--project-dir", str(world.folder)]

    shown = CliRunner().invoke(relyv.app, arguments)

    assert shown.exit_code == 0
    assert "email long_chain-e0@x.io" in shown.output
    assert "alias_candidate" in shown.output
