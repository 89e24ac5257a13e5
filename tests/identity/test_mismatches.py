"""What the model of mismatches finds in the stories, and how the report shows it."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import relyv
from reports.identity import merges, report_identity
from tests.identity.builds import Outcome
from tests.identity.histories import minute

KINDS_FOR_ALL = ("postgres",)


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
        ("phone_without_country", ("0171999888", None)),
    ],
)
def test_each_kind_of_mismatch_has_its_story(
    world: Outcome, mismatch: str, row: tuple[object, object]
) -> None:
    assert row in found(world, mismatch)


def test_a_phone_is_explained_however_it_is_written(world: Outcome) -> None:
    arguments = ["identity", "explain", "--project-dir", str(world.folder)]

    shown = CliRunner().invoke(relyv.app, [*arguments, "+1 202/555-0123"])

    assert "phone +12025550123" in shown.output


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
    assert len(with_some["examples"]) == len(with_some["mismatches"]) == 6
    assert with_some["largest"] == [
        {
            "canonical_type": "anonymous_id",
            "canonical_value": "long_chain-a0",
            "identifiers": 3001,
        }
    ]
    assert (with_none["examples"], with_none["largest"]) == ([], [])


def test_the_report_names_the_merges_of_the_week(
    world: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A week after the first login of `moves_once` the report still says who became whom.
    """
    a_week_on = minute(20) + timedelta(days=7)
    for minutes, is_recent in ((-1, True), (1, False)):
        now = a_week_on + timedelta(minutes=minutes)
        monkeypatch.setattr(
            merges, "utc_now", lambda seconds, now=now: now + timedelta(seconds=seconds)
        )
        with world.place.open(world.folder) as warehouse:
            found = report_identity(warehouse, examples=10_000).newest_merges

        named = {
            each.identifier_value: (each.canonical_value, each.triggering_event_id)
            for each in found
        }
        told = ("moves_once-u1", "moves_once-event2")
        assert named.get("moves_once-a1") == (told if is_recent else None)
        assert [*found] == sorted(
            found, key=lambda each: str(each.received_at), reverse=True
        )


def test_the_report_reads_well(world: Outcome) -> None:
    arguments = ["identity", "report", "--project-dir", str(world.folder)]

    shown = CliRunner().invoke(relyv.app, arguments)

    assert shown.exit_code == 0
    assert "anonymous_id long_chain-a0" in shown.output
    assert "alias_candidate" in shown.output
