"""One story, told by the installed commands: a first sync that is killed, and a world
that moves on. Each stop keeps what was landed, what the models say, and what arrived.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.e2e.commands import Sandbox, Workplace, running_sandbox
from tests.e2e.moves import Moves, Truth, move_on, read_truth
from tests.e2e.oracle import Landed, read_landed

END = datetime(2025, 6, 15)  # noqa: DTZ001 - the warehouse holds naive UTC
THE_NEXT_DAY = END + timedelta(days=1)
DAYS, SEED = 14, 11
A_WEEK_OF_HOURS = 168
SESSION_STARTED = "segment_session_started"
# An answer takes so long that a kill always finds calls under way; a checkpoint comes
# after every second answer, so that some of what arrived was not yet written down.
LATENCY_SECONDS = 0.6
DELIVERY = {
    "RELYV_DELIVERY_CONNECTIONS": "1",
    "RELYV_DELIVERY_CHECKPOINT_SECONDS": "1.0",
}

Report = dict[str, dict[str, Any]]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """
    Where everything stands once a sync has run to its end.

    Attributes:
        messages: All that ever arrived, with the stage that each came to.
        models: The rows of each sync model, by the name of its sync.
    """

    as_of: datetime
    landed: Landed
    models: dict[str, Rows]
    messages: Rows
    traits: dict[str, dict[str, Any]]
    accounts: dict[str, dict[str, Any]]
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    The whole of it.

    Attributes:
        killed: The exit code of the first run.
        halfway: What `relyv sync status` says after the kill.
        resumed, moved_on, last: What the later runs report, and their exit codes.
        settled: After the resumed run. `ended`: after the world has moved on.
        rejections: The rows of the ledger's list of rejections.
        after_last: The sandbox's counts after the last run.
    """

    truth: Truth
    moves: Moves
    killed: int
    halfway: Report
    resumed: Report
    settled: Stop
    moved_on: Report
    moved_on_exit: int
    ended: Stop
    rejections: Rows
    last: Report
    after_last: dict[str, Any]


def live(folder: Path) -> Story:
    """Let it all happen."""
    log = folder / "sandbox.log"
    with running_sandbox(log, latency_seconds=LATENCY_SECONDS) as sandbox:
        return _live(folder, sandbox)


def _live(folder: Path, sandbox: Sandbox) -> Story:
    place = Workplace(folder=folder, sandbox_url=sandbox.url, delivery=DELIVERY)
    world = folder / "world"
    _simulate(place, world)
    truth = read_truth(world)

    place.run("relyv", "land", str(world / "raw"))
    _build(place, END)
    killed = place.run_until(_ThirdBatch(sandbox), "relyv", "sync", "run")
    halfway = place.run("relyv", "sync", "status", "--json").json()
    resumed = place.run("relyv", "sync", "run", "--json").json()
    settled = _stop(place, sandbox, END)

    moves = move_on(world, truth, END, settled.traits)
    place.run("relyv", "land", str(world / "later"), str(world / "moves.jsonl"))
    _build(place, THE_NEXT_DAY)
    moved_on = place.run("relyv", "sync", "run", "--json", allowed=(0, 1))
    ended = _stop(place, sandbox, THE_NEXT_DAY)
    rejections = _rows(place.warehouse, "relyv_ledger.sync_rejections")
    last = place.run("relyv", "sync", "run", "--json")

    return Story(
        truth=truth,
        moves=moves,
        killed=killed,
        halfway=halfway,
        resumed=resumed,
        settled=settled,
        moved_on=moved_on.json(),
        moved_on_exit=moved_on.exit_code,
        ended=ended,
        rejections=rejections,
        last=last.json(),
        after_last=sandbox.summary(),
    )


def _simulate(place: Workplace, world: Path) -> None:
    size = ("--people=1000", f"--days={DAYS}", f"--seed={SEED}", "--world=shared")
    place.run("relyv", "simulate", *size, f"--end={END.isoformat()}", f"--out={world}")


def _build(place: Workplace, as_of: datetime) -> None:
    # Guesses about shared devices reach far, so that many of them change on the way.
    # The oracle gives all sessions on a device to its one user.
    variables = (
        f'{{as_of: "{as_of}", shared_device_max_hours: {A_WEEK_OF_HOURS},'
        f" sitting_pause_minutes: {60 * A_WEEK_OF_HOURS},"
        " forgetful_device_logins: null}"
    )
    command = ("dbt", "--quiet", "build", "--exclude-resource-type=unit_test")
    place.run(*command, "--vars", variables)


class _ThirdBatch:
    """Holds from the moment when the sandbox has taken three batches of one sync."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._counts = {0}

    def __call__(self) -> bool:
        events = self._sandbox.summary()["by_event"]
        self._counts.add(events.get("Session Started", 0))
        return len(self._counts) > 3


def _stop(place: Workplace, sandbox: Sandbox, as_of: datetime) -> Stop:
    models = {
        f"segment_{name}": _rows(place.warehouse, f"relyv_syncs.sync_segment_{name}")
        for name in (
            "profile_traits",
            "session_started",
            "frustration_spike",
            "bug_reported",
            "replay_shared",
            "replay_worthy",
        )
    }
    return Stop(
        as_of=as_of,
        landed=read_landed(place.warehouse),
        models=models,
        messages=sandbox.messages(),
        traits=sandbox.traits(),
        accounts=sandbox.accounts(),
        summary=sandbox.summary(),
    )


def _rows(warehouse: Path, table: str) -> Rows:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(f"select * from {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
