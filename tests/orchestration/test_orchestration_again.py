"""What Dagster's launchpad sends again, and what a killed run leaves to the next."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stamina
from dagster import ExecuteInProcessResult, materialize

from orchestration.project import Project
from tests.orchestration.small_project import (
    asset_of,
    facts_of,
    launched,
    small_project,
)
from tracking.sandbox.inspection import Inspection

RUN = """
import sys
from pathlib import Path
from dagster import materialize
from orchestration.project import Project
from tests.orchestration.small_project import asset_as_it_is
materialize([asset_as_it_is(Project(folder=Path(sys.argv[1])))])
"""
SEEN = {
    "call": "track",
    "key": "id",
    "user_id": "user_id",
    "added": {"event": "Seen", "timestamp": "seen_at"},
}
EVENTS = """
create table small_syncs.people as
select
    cast(number as varchar) as id,
    'u' || cast(number as varchar) as user_id,
    timestamp '2026-01-01 12:00:00' + number * interval '1 day' as seen_at
from generate_series(0, 9) as numbers(number)
"""


@pytest.fixture
def events(
    tmp_path: Path, sandbox_url: str, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A project with ten events, one a day from the first of January on."""
    return small_project(
        tmp_path,
        sandbox_url,
        monkeypatch,
        columns={"id": "varchar", "user_id": "varchar", "seen_at": "timestamp"},
        create=EVENTS,
    )


def ids_received(sandbox: Inspection) -> list[str]:
    """The messageIds of all that came, repeated ones too."""
    messages = sandbox.messages(stage="received")
    return [each["message"]["messageId"] for each in messages]


def days_of(sandbox: Inspection) -> list[str]:
    messages = sandbox.messages(stage="received")
    return sorted(each["message"]["timestamp"][:10] for each in messages)


def run(project: Project, **config: Any) -> ExecuteInProcessResult:
    asset = asset_of(project, targets=["demo"], settings=SEEN)
    return materialize([asset], run_config=launched(**config), raise_on_error=False)


def test_a_range_of_days_is_sent_again(events: Project, sandbox: Inspection) -> None:
    """
    From the launchpad, with the messageIds of the first time; nothing else goes out.
    """
    run(events)
    first = ids_received(sandbox)
    sandbox.reset()

    again = run(events, backfill_since="2026-01-03", backfill_until="2026-01-05")

    assert facts_of(again)["sent"] == 2
    assert days_of(sandbox) == ["2026-01-03", "2026-01-04"]
    assert set(ids_received(sandbox)) < set(first)


def test_a_run_that_was_killed_is_finished_by_the_next(
    events: Project, sandbox: Inspection
) -> None:
    """
    In the middle of its first request: the same messages leave, with the same ids.
    """
    asset_of(events, targets=["demo"], settings=SEEN)  # writes the manifest
    sandbox.faults([{"status": 200, "store": True, "delay_seconds": 60.0}])
    killed = subprocess.Popen([sys.executable, "-c", RUN, str(events.folder)])
    for attempt in stamina.retry_context(
        on=AssertionError, attempts=None, timeout=90, wait_max=0.5
    ):
        with attempt:
            assert killed.poll() is None
            assert len(ids_received(sandbox)) == 10
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    finished = run(events)

    facts = facts_of(finished)
    assert (facts["resumed_plan"], facts["sent"]) == (1, 10)
    ids = ids_received(sandbox)
    assert (len(ids), len(set(ids))) == (20, 10)
    assert sandbox.summary()["accepted"] == 10
