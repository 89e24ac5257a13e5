"""What a run writes into the log: counts, names of syncs and ids of messages."""

import logging
import re

import pytest

from sync.errors import DeliveryUnsure, TooManyRemovals
from tests.sync.world import World, fault, leave_unfinished, rows

# What is in the model, and nobody's business but Segment's.
# The number is long, since records bear times and threads, in which a short one occurs.
SECRETS = ("ann@example.com", "u-ann", "a-secret-page", "k-ann", "471147114")
PEOPLE = rows(
    ("k-ann", "u-ann", 471147114, "a-secret-page"),
    ("k-bob", "u-bob", 1, "ann@example.com"),
)
LINE = re.compile(r"[a-z_]+\.[a-z_]+(?: [a-z_]+=[^ ]+)*")


def test_no_log_tells_of_anybody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Not of any library, at any level: sent, refused, retried, resumed, held.
    """
    caplog.set_level(logging.DEBUG)
    world.model(PEOPLE)
    leave_unfinished(world, world.identify(), stored=True)
    world.sandbox.faults([fault(400, matches="u-ann", times=2), fault(503)])
    world.run(world.identify())
    world.model(f"{PEOPLE} where id = 'k-ann'")
    with pytest.raises(TooManyRemovals):
        world.run(world.identify(guard={"removed_percent": 10}))

    written = caplog.text + str([vars(record) for record in caplog.records])
    assert "sync.run_ended" in written
    assert "tracking.batch_posted" in written
    assert [secret for secret in SECRETS if secret in written] == []


def test_a_line_is_an_event_and_its_facts(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """
    `event name=value …`, to be counted by whatever reads logs.
    """
    caplog.set_level(logging.INFO)
    world.model(PEOPLE)
    world.sandbox.faults([fault(503, times=100)])
    with pytest.raises(DeliveryUnsure):
        world.run(world.identify())
    world.sandbox.clear_faults()
    world.run(world.identify())

    ours = [r for r in caplog.records if r.name in ("relyv.sync", "tracking")]
    assert all(LINE.fullmatch(record.getMessage()) for record in ours)
    ends = [r.getMessage() for r in ours if "sync.run_ended" in r.getMessage()]
    assert [end.removeprefix("sync.run_ended sync=people ") for end in ends] == [
        "outcome=DeliveryUnsure calls=0 rejected=0 requests=2",
        "outcome=done calls=2 rejected=0 requests=1",
    ]
