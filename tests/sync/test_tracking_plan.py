"""A sync whose calls are held against a tracking plan."""

import json

import pytest

from sync.config.tracking_plan import tracking_plan_of
from sync.errors import ConfigError
from sync.look.preview import preview_sync
from sync.plan.checks import Counts
from tests.sync.world import World, rows

ROWS = rows(("a", "u1", 1, "https://x"), ("b", "u2", 200, "https://y"))
FEW = {
    "properties": {
        "traits": {"properties": {"score": {"type": "integer", "maximum": 100}}}
    }
}


def write_plan(world: World, schema: object) -> None:
    rule = {"type": "IDENTIFY", "jsonSchema": schema, "version": 1}
    (world.folder / "plan.json").write_text(json.dumps({"rules": [rule]}))


@pytest.mark.parametrize(
    ("on_violation", "added", "rejected", "flagged"),
    [("block", 1, 1, 0), ("flag", 2, 0, 1)],
)
def test_a_violation_is_blocked_or_flagged(
    world: World, on_violation: str, added: int, rejected: int, flagged: int
) -> None:
    """
    The row that breaks a rule is rejected with the field's name, or sent and counted.
    """
    world.model(ROWS)
    write_plan(world, FEW)
    plan = {"file": "plan.json", "on_violation": on_violation}

    report = world.run(world.identify(tracking_plan=plan))

    assert report.counts == Counts(added=added)
    assert (report.rejected, report.flagged) == (rejected, flagged)
    found = world.sql("select reason, detail from t_ledger.sync_rejections")
    assert (
        found
        == [("schema_violation", "Tracking plan: traits.score: maximum.")] * rejected
    )


def test_a_plan_that_is_not_there_stops_the_run_before_a_call(world: World) -> None:
    """
    A run without its rules would let everything through.
    """
    world.model(ROWS)

    with pytest.raises(ConfigError, match=r"no plan\.json"):
        world.run(world.identify(tracking_plan={"file": "plan.json"}))

    assert world.sandbox.summary()["requests"] == 0


def test_the_written_plan_lets_the_contracts_rows_through(world: World) -> None:
    """
    What `relyv sync tracking-plan` writes is what the sync keeps, its clears included.
    """
    world.model(ROWS)
    sync = world.identify(
        tracking_plan={"file": "plan.json", "on_violation": "block"},
        personal={"url": "hash"},
    )
    (world.folder / "plan.json").write_text(json.dumps(tracking_plan_of(sync)))

    with world.warehouse() as warehouse:
        preview = preview_sync(warehouse, sync)
    first = world.run(sync)
    world.model(rows(("a", "u1", 1, None)))
    second = world.run(sync)

    assert [example.reason for example in preview.examples] == [""]
    assert (first.counts, first.rejected) == (Counts(added=2), 0)
    assert (second.counts, second.rejected) == (Counts(changed=1, removed=1), 0)
    (rule,) = tracking_plan_of(sync)["rules"]
    traits = rule["jsonSchema"]["properties"]["traits"]["properties"]
    assert rule["type"] == "IDENTIFY"
    assert traits["url"] == {"type": ["string", "null"]}
    # Snowflake knows one kind of number.
    assert traits["score"]["type"][0] in ("integer", "number")
