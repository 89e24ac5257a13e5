"""`relyv sync …` as a person types it, over a small dbt project and the sandbox."""

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from tests.commands.test_commands import relyv
from tests.sync.test_builds import Project
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, places: Places) -> Iterator[Project]:
    """Built and tested, with one person in it."""
    with places.new("duckdb") as place:
        project = Project(tmp_path, place)
        project.dbt("build")
        yield project


@pytest.fixture
def sync(project: Project, sandbox_url: str, sandbox: Inspection) -> Command:
    """Runs `relyv sync …` in the project."""
    return lambda *words, **environment: relyv(
        project.folder, "sync", *words, RELYV_SANDBOX_URL=sandbox_url, **environment
    )


def test_a_first_time_from_plan_to_status(sync: Command, sandbox: Inspection) -> None:
    """
    Look, try with one row, send, ask about a row: each says what it did.
    """
    code, text, _ = sync("plan", "--json")
    plan = orjson.loads(text)["people"]
    assert (code, plan["counts"]["added"], plan["bill"]["people"]) == (0, 1, 1)
    assert sandbox.summary()["requests"] == 0

    code, text, _ = sync("run", "people", "--only", "2", "--json")
    assert (code, orjson.loads(text)["people"]["counts"]["added"]) == (0, 0)
    code, text, _ = sync("run", "people", "--limit", "1", "--json")
    assert (code, orjson.loads(text)["people"]["counts"]["added"]) == (0, 1)

    code, text, _ = sync("explain", "people", "1", "--json")
    assert (code, orjson.loads(text)["differs"]) == (0, [])
    assert "nothing differs" in text
    code, text, _ = sync("status", "--json")
    assert (code, orjson.loads(text)["people"]["confirmed"]) == (0, 1)


def test_a_sync_is_paused_and_sent_again(sync: Command, sandbox: Inspection) -> None:
    """
    A paused one says how to go on; what is sent again is sent again.
    """
    assert sync("run")[0] == 0
    assert sync("pause", "people")[0] == 0
    code, _, text = sync("retry", "people")
    assert (code, "relyv sync resume people" in text) == (2, True)
    assert sync("resume", "people")[0] == 0

    code, text, _ = sync("resync", "people", "--yes", "--new-ids", "--json")

    assert (code, orjson.loads(text)["people"]["counts"]["added"]) == (0, 1)
    assert sandbox.summary()["received"] == 2
    code, _, text = sync(
        *("backfill", "people", "--from", "2026-01-01", "--to", "2026-02-01", "--yes")
    )
    assert (code, "relyv sync resync people" in text) == (2, True)


def test_a_destination_is_checked_and_a_contract_is_written(sync: Command) -> None:
    """
    What the key says, and what the calls keep to, for a machine to read.
    """
    code, text, _ = sync("check", "--json")
    assert (code, orjson.loads(text)[0]["connection"]) == (0, "")

    code, text, _ = sync("tracking-plan", "people")
    (rule,) = orjson.loads(text)["rules"]
    traits = rule["jsonSchema"]["properties"]["traits"]["properties"]
    assert (code, rule["type"], traits["plan"]) == (
        0,
        "IDENTIFY",
        {"type": ["string", "null"]},
    )


def test_an_edit_after_the_build_stops_a_run(sync: Command, project: Project) -> None:
    """
    Exit code 3, the command to run, and a way to go on all the same.
    """
    project.write_upstream("gold")

    code, _, text = sync("run", "people")

    assert code == 3
    assert "dbt build --select +exposure:people" in text
    assert "A run would stop" in sync("plan", "people")[1]
    assert sync("run", "people", "--accept-build")[0] == 0


def test_a_run_ends_with_what_a_scheduler_must_know(
    sync: Command, sandbox: Inspection
) -> None:
    """
    1, some rows were rejected; 5, unsure, and to be resumed; nothing is lost.
    """
    sandbox.faults([{"status": 503, "times": 100}])
    code, _, text = sync(
        "run", RELYV_DELIVERY_ATTEMPTS="2", RELYV_DELIVERY_RETRY_SECONDS="0.1"
    )
    assert (code, "The plan is kept" in text) == (5, True)

    sandbox.clear_faults()
    sandbox.faults([{"status": 400, "matches": "u1"}])
    code, text, _ = sync("run", "--json")
    assert (code, orjson.loads(text)["people"]["rejected"]) == (1, 1)

    code, text, _ = sync("retry", "--json")
    assert (code, orjson.loads(text)["people"]["counts"]["added"]) == (0, 1)
    assert sandbox.summary()["accepted"] == 1


def test_ids_are_renewed_on_a_word(sync: Command, sandbox: Inspection) -> None:
    """
    After a backup; before there is a ledger there are none.
    """
    code, _, text = sync("renew-ids")
    assert (code, "There is no ledger" in text) == (2, True)
    assert sync("run")[0] == 0

    assert sync("renew-ids")[0] == 0
    code, text, _ = sync("run", "--json")
    assert (code, orjson.loads(text)["people"]["counts"]["added"]) == (0, 0)


def test_a_removed_exposure_is_taken_back_and_forgotten(
    sync: Command, project: Project, sandbox: Inspection
) -> None:
    """
    The status names it; a look sends nothing, no answer is no, and then every trait is
    null and the ledger knows nothing of it.
    """
    assert sync("run")[0] == 0
    code, _, text = sync("forget", "people", "--clear", "--yes")
    assert (code, "is an exposure of this project" in text) == (2, True)
    project.remove_exposure()

    assert "people" in sync("status")[1]
    code, text, _ = sync("forget", "people", "--clear", "--dry-run")
    assert (code, "1 calls would take back what it told" in text) == (0, True)
    assert '"plan": null' in text
    assert sync("forget", "people", "--clear")[0] == 1
    assert sandbox.summary()["requests"] == 1

    code, text, _ = sync("forget", "people", "--clear", "--yes")

    assert (code, "people is forgotten." in text) == (0, True)
    *_, cleared = [line["message"] for line in sandbox.messages()]
    assert (cleared["userId"], cleared["traits"]) == ("u1", {"plan": None})
    assert "people" not in sync("status")[1]
