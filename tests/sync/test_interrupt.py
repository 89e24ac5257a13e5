"""A real process is told to stop, or killed, while it waits for Segment."""

import pickle
import signal
import subprocess
import sys
from time import monotonic

import pytest

from sync.plan.checks import Counts
from tests.eventually import eventually
from tests.sync.world import World, fault, many

CHILD = """
import pickle, signal, sys
from pathlib import Path
import typer
from commands.signals import interruptible
from sync import run_sync
from warehouse import open_warehouse

# A suite that runs in the background has it ignored, and its children with it.
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
sync = pickle.loads((folder / "sync.pickle").read_bytes())
try:
    with open_warehouse(folder, "demo") as warehouse, interruptible():
        run_sync(warehouse, sync)
except typer.Exit as ended:
    sys.exit(ended.exit_code)
"""

A_BATCH = 250
PEOPLE = 5 * A_BATCH


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_long_wait_ends_at_once_and_the_plan_is_resumed(
    world: World, number: signal.Signals
) -> None:
    """
    Segment asks for five minutes; the process ends in seconds, frees the sync, and the
    next run finishes its plan.
    """
    world.model(many(3))
    world.sandbox.faults([fault(429, headers={"Retry-After": "300"}, store=True)])
    child = started(world)
    try:
        eventually(lambda: world.sandbox.summary()["requests"] == 1)
        told = monotonic()
        child.send_signal(number)
        code = child.wait(60)
    finally:
        child.kill()

    assert monotonic() - told < 15
    assert code == 5
    report = world.run(world.identify())
    assert (report.resumed_plan, report.counts) == (1, Counts(added=3))
    summary = world.sandbox.summary()
    assert (summary["accepted"], summary["deduplicated"]) == (3, 3)


def started(world: World) -> "subprocess.Popen[bytes]":
    """The world's sync, running in a process of its own."""
    (world.folder / "sync.pickle").write_bytes(pickle.dumps(world.identify()))
    return subprocess.Popen([sys.executable, "-c", CHILD, str(world.folder)])


def test_a_killed_process_loses_nothing_and_repeats_little(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    No handler runs and nothing is tidied up. What was settled before the last
    checkpoint is not sent again; the rest is, under the same ids, and although Segment
    misses one repetition in a hundred everybody ends up as the model says.
    """
    monkeypatch.setenv("RELYV_DELIVERY_CHECKPOINT_SECONDS", "0")
    monkeypatch.setenv("RELYV_DELIVERY_CONNECTIONS", "1")
    # No request carries more than a second's messages.
    monkeypatch.setenv("RELYV_DELIVERY_EVENTS_PER_SECOND", str(A_BATCH))
    world.model(many(PEOPLE))
    world.sandbox.reset(missed_repeats=0.01)
    # From the third request on they are stored, and no answer comes.
    stuck = {"store": True, "delay_seconds": 120, "after": 2, "times": 3}
    world.sandbox.faults([fault(200, **stuck)])
    child = started(world)
    try:
        eventually(lambda: world.sandbox.summary()["received"] == 3 * A_BATCH)
        child.send_signal(signal.SIGKILL)
        child.wait(60)
    finally:
        child.kill()
    world.sandbox.clear_faults()
    world.place.end_transactions()
    world.sql("update t_ledger.syncs set leased_until = timestamp '2000-01-01'")

    report = world.run(world.identify())

    assert report.resumed_plan == 1
    summary = world.sandbox.summary()
    repeated = summary["received"] - PEOPLE
    assert 0 < repeated <= A_BATCH
    assert summary["deduplicated"] >= 0.95 * repeated
    assert len(world.traits()) == PEOPLE
    assert world.run(world.identify()).counts.total == 0
