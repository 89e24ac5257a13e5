"""What the asset of one sync says, whatever becomes of the run."""

from datetime import timedelta
from pathlib import Path

import pytest
from dagster import ExecuteInProcessResult, materialize

from orchestration.newest_rows import Patience
from orchestration.project import Project
from orchestration.sync_report import sparkline
from tests.orchestration.small_project import (
    asset_of,
    facts_of,
    launched,
    small_project,
    sql,
)
from tracking.sandbox.inspection import Inspection

COLUMNS = dict.fromkeys(("id", "user_id", "plan"), "varchar")
PEOPLE = """
create table small_syncs.people as
select * from (values ('1', 'ann', 'free'), ('2', null, 'free')) as t(id, user_id, plan)
"""


@pytest.fixture
def small(tmp_path: Path, sandbox_url: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose one model has two people, one of them without a user id."""
    return small_project(
        tmp_path, sandbox_url, monkeypatch, columns=COLUMNS, create=PEOPLE
    )


def checks_of(result: ExecuteInProcessResult) -> dict[str, bool]:
    found = result.get_asset_check_evaluations()
    return {check.check_name: check.passed for check in found}


def told_of(result: ExecuteInProcessResult) -> str:
    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    return str(told.description)


def test_a_sync_that_nobody_opted_in_says_so_and_sends_nothing(
    small: Project, sandbox: Inspection
) -> None:
    """
    It is materialised, so that what is downstream or watching is not held up.
    """
    result = materialize([asset_of(small, targets=[])])

    facts = facts_of(result)
    assert (facts["outcome"], facts["target"]) == ("not opted in", "demo")
    assert (facts["calls"], facts["added"]) == (2, 2)
    assert sandbox.summary()["requests"] == 0


def test_what_would_stop_a_sync_that_nobody_opted_in_stops_no_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    Its model repeats a key: that is told, and nobody is paged for it.
    """
    sql(small, "insert into small_syncs.people values ('1', 'bob', 'paid')")

    result = materialize([asset_of(small, targets=[])])

    assert result.success
    assert "id" in facts_of(result)["a_run_would_stop"]
    assert "bob" not in facts_of(result)["a_run_would_stop"]


def test_a_rejected_row_fails_the_check_and_not_the_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    As on the command line, the other rows are sent; nobody has to read metadata to
    learn that one was not.
    """
    result = materialize([asset_of(small, targets=["demo"])])

    facts = facts_of(result)
    assert (facts["added"], facts["rejected"]) == (1, 1)
    assert "| no_user_anon_id | 1 |" in facts["rejections"]
    assert checks_of(result) == {
        "no_row_was_rejected": False,
        "no_guard_tripped": True,
        "no_plan_is_unfinished": True,
    }
    assert result.success


def test_what_goes_wrong_ends_the_run_with_its_sentence(
    small: Project, sandbox: Inspection
) -> None:
    """
    The failure says what the command line would have said, and nothing more.
    """
    asset = asset_of(small, targets=["demo"])
    small.manifest_path.unlink()

    result = materialize([asset], raise_on_error=False)

    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert told.description == (
        "There is no manifest.json in target/. Run `dbt build` first."
    )
    assert not result.success


def test_a_run_shows_the_last_runs_and_the_month(
    small: Project, sandbox: Inspection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Numbers that Dagster draws over its runs, a table of them, and the month's calls
    beside the budget and what the plan with Segment includes.
    """
    monkeypatch.setenv("RELYV_SEGMENT_CALLS_BUDGET", "8")
    monkeypatch.setenv("RELYV_SEGMENT_CALLS_ALLOWANCE", "200")
    asset = asset_of(small, targets=["demo"])
    materialize([asset])
    sql(small, "update small_syncs.people set plan = 'paid'")

    facts = facts_of(materialize([asset]))

    month = {name: fact for name, fact in facts.items() if "calls_" in name}
    bars = month.pop("calls_over_runs")
    assert month == {
        "calls_this_month": 2,
        "calls_budget": 8,
        "calls_allowance": 200,
    }
    assert (facts["percent_of_budget"], facts["percent_of_allowance"]) == (25.0, 1.0)
    assert bars == "██  at most 1"
    lines = [line.split(" | ")[1:-1] for line in facts["last_runs"].splitlines()[2:]]
    assert lines == [
        ["rejections", "1", "0", "1", "0", "1"],
        ["rejections", "1", "1", "0", "0", "1"],
    ]


def test_example_changes_name_their_fields_and_nobody(
    small: Project, sandbox: Inspection
) -> None:
    """
    A messageId finds the call in Segment; what it says of a person stays out.
    """
    asset = asset_of(small, targets=["demo"])

    planned = facts_of(materialize([asset], run_config=launched(plan_only=True)))
    sent = facts_of(materialize([asset]))

    [message_id] = [each["message"]["messageId"] for each in sandbox.messages()]
    assert planned["examples"].splitlines()[2].startswith("| added | identify | relyv-")
    [line] = sent["examples"].splitlines()[2:]
    assert line.startswith(f"| added | identify | {message_id} | plan | ")
    assert "ann" not in line
    assert "free" not in line


def test_the_least_of_some_calls_can_still_be_seen() -> None:
    """
    A run without calls is a dot, one with few is a low bar.
    """
    assert sparkline([0, 1, 800, 400]) == ".▁█▄"


def test_a_sync_is_as_fresh_as_its_last_complete_run(
    small: Project, sandbox: Inspection
) -> None:
    """
    Looking at a plan renews nothing.
    """
    a_day = Patience(late=timedelta(days=1), stale=timedelta(days=2))
    asset = asset_of(small, targets=["demo"], patience=a_day)

    sent = checks_of(materialize([asset]))
    sql(small, "update small_ledger.sync_runs set ended_at = ended_at - interval '3 d'")
    looked = checks_of(materialize([asset], run_config=launched(plan_only=True)))

    assert sent["data_is_fresh"] is True
    assert looked["data_is_fresh"] is False


def test_a_plan_is_shown_and_nothing_is_sent(
    small: Project, sandbox: Inspection
) -> None:
    """
    With the config `plan_only`, and not a value of a row in it.
    """
    asset = asset_of(small, targets=["demo"])

    result = materialize([asset], run_config=launched(plan_only=True))

    facts = facts_of(result)
    assert (facts["outcome"], facts["calls"]) == ("planned, nothing sent", 2)
    assert "free" not in str(facts)
    assert sandbox.summary()["requests"] == 0


def test_a_tripped_guard_is_a_failed_check_until_it_is_accepted(
    small: Project, sandbox: Inspection
) -> None:
    """
    Everybody is gone: an error that alerts can be set on; then a person's decision.
    """
    asset = asset_of(small, targets=["demo"])
    materialize([asset])
    sql(small, "delete from small_syncs.people")
    before = sandbox.summary()["requests"]

    held = materialize([asset], raise_on_error=False)
    requests = sandbox.summary()["requests"]
    looked = materialize([asset], run_config=launched(plan_only=True))
    accepted = materialize([asset], run_config=launched(accept_guard=True))

    assert checks_of(held) == {"no_guard_tripped": False}
    assert not held.success
    assert checks_of(looked)["no_guard_tripped"] is False
    assert checks_of(accepted)["no_guard_tripped"] is True
    assert requests == before
    assert facts_of(accepted)["removed"] == 1


def test_only_a_run_without_a_clear_answer_is_tried_again(
    small: Project, sandbox: Inspection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It resumes its plan; what Segment refuses outright is not asked again.
    """
    monkeypatch.setenv("RELYV_DELIVERY_ATTEMPTS", "1")
    monkeypatch.setattr("orchestration.segment_syncs.RETRY_SECONDS", 0.01)
    asset = asset_of(small, targets=["demo"])
    sandbox.faults([{"status": 503, "store": True, "times": 2}])

    unsure = materialize([asset])
    sql(small, "update small_syncs.people set plan = 'paid'")
    sandbox.faults([{"status": 401, "times": 1}])
    refused = materialize([asset], raise_on_error=False)

    assert unsure.success
    assert facts_of(unsure)["resumed_plan"] == 1
    assert sandbox.summary()["accepted"] == 1
    assert not refused.success
    assert checks_of(refused) == {"no_plan_is_unfinished": False}
    assert sandbox.summary()["answers"]["401"] == 1


def test_a_driver_s_words_stay_out_of_dagster(small: Project) -> None:
    """
    They may quote a row; here, a value that is no number.
    """
    asset = asset_of(small, targets=["demo"])
    sql(small, "drop table small_syncs.people")
    sql(
        small,
        "create view small_syncs.people as select id, user_id, "
        "cast(cast(plan as integer) as varchar) as plan from (values "
        "('1', 'u1', 'secret')) as t(id, user_id, plan)",
    )

    result = materialize([asset], raise_on_error=False)

    assert not result.success
    assert told_of(result).startswith("The warehouse refused a statement")
    [failure] = result.get_step_failure_events()
    assert "secret" not in str(failure)
