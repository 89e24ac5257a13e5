"""A real process is told to stop while it waits for Segment."""

import pickle
import signal
import subprocess
import sys
from time import monotonic

import pytest
import stamina

from sync.checks import Counts
from tests.sync.test_delivery import fault, many
from tests.sync.world import World

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
    (world.folder / "sync.pickle").write_bytes(pickle.dumps(world.identify()))
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(world.folder)])
    try:
        for attempt in stamina.retry_context(
            on=AssertionError, attempts=None, timeout=60, wait_max=0.1
        ):
            with attempt:
                assert world.sandbox.summary()["requests"] == 1
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
