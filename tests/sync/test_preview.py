"""What `relyv sync plan` shows, before anything is sent."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from sync import Sync, Trial
from sync.diff.billing import BillingSettings
from sync.errors import GuardTripped
from sync.look.preview import Preview, preview_sync
from sync.payload.values import iso_timestamp
from sync.plan.bill import over_allowance
from sync.plan.checks import Counts
from tests.sync.world import World, rows
from tracking import Answer
from tracking.client import TrackingClient

PEOPLE = [(f"k{number}", f"u{number}", number, "x") for number in range(20)]


def preview(world: World, sync: Sync) -> Preview:
    with world.warehouse() as warehouse:
        return preview_sync(warehouse, sync)


def test_a_plan_sends_nothing_and_leaves_no_ledger(world: World) -> None:
    """
    Looking is free.
    """
    world.model(rows(*PEOPLE))

    seen = preview(world, world.identify())

    assert seen.counts == Counts(added=20)
    assert world.sandbox.summary()["requests"] == 0
    schemas = world.sql("select schema_name from information_schema.schemata")
    assert ("t_ledger",) not in schemas


def test_the_example_is_the_message(world: World) -> None:
    """
    Field for field what a run sends, but for the time and the id, which need a run.
    """
    world.model(rows(*PEOPLE[:1]))
    world.run(world.identify())
    world.model(rows(("k0", "u0", 99, "x")))
    (example,) = preview(world, world.identify()).examples

    world.run(world.identify())

    arrived = world.messages()[-1]
    assert example.message is not None
    assert _content(example.message) == _content(arrived)
    assert example.message["messageId"] == arrived["messageId"]


@pytest.mark.parametrize("call", ["identify", "track", "audience"])
def test_plan_and_run_have_the_same_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """
    The request adds `sentAt` around them; the plan's own time is told from its row.
    """
    told: list[bytes] = []
    post = TrackingClient.post

    def spy(client: TrackingClient, messages: Sequence[bytes]) -> Answer:
        told.extend(messages)
        return post(client, messages)

    monkeypatch.setattr(TrackingClient, "post", spy)
    added = {"added": {"event": "Made"}} if call == "track" else {}
    world.model(rows(("a", "u1", 1, "x")))
    sync = world.sync(call=call, **added)
    world.run(sync)
    world.model(rows(("a", "u1", 1, "x"), ("b", "ü2", 2, None)))
    (example,) = preview(world, sync).examples
    assert example.message is not None

    world.run(sync)

    (planned_at,) = world.sql("select max(planned_at) from t_ledger.sync_plans")[0]
    frozen = iso_timestamp(planned_at, column="planned_at")
    assert orjson.dumps({**example.message, "timestamp": frozen}) == told[-1]


def test_each_kind_of_change_is_shown_once(world: World) -> None:
    """
    Added, changed and removed, each with an example.
    """
    world.model(rows(*PEOPLE[:10]))
    world.run(world.identify())
    world.model(rows(("k0", "u0", 99, "x"), *PEOPLE[2:12]))

    seen = preview(world, world.identify())

    assert seen.counts == Counts(added=2, changed=1, removed=1)
    assert {each.change for each in seen.examples} == {"added", "changed", "removed"}


def test_the_fields_that_changed_are_counted(world: World) -> None:
    """
    Among the changed rows only: a new row is news as a whole.
    """
    world.model(rows(*PEOPLE[:4]))
    world.run(world.identify())
    world.model(
        rows(("k0", "u0", 99, "new"), ("k1", "u1", 98, "x"), *PEOPLE[2:4], PEOPLE[9])
    )

    causes = preview(world, world.identify()).causes
    assert causes.fields == {"score": 2, "url": 1}
    assert causes.alone == {"score": 1}


FADING = {"score": "fades", "url": "expires"}
MOVES: list[tuple[str, tuple[Any, ...], str]] = [
    # What the row (10 points, link "x", plan "p", seen long ago) becomes; its cause.
    ("fell", (4, "x", "p", "old"), "decay"),
    ("to nothing", (None, "x", "p", "old"), "decay"),
    ("rose", (12, "x", "p", "old"), "behaviour"),
    ("link gone", (10, None, "p", "old"), "expiry"),
    ("older link instead", (10, "w", "p", "old"), "expiry"),
    ("both", (4, None, "p", "old"), "expiry"),
    ("something else, too", (4, None, "q", "old"), "behaviour"),
    ("seen again", (4, "x", "p", "new"), "behaviour"),
]


def test_calls_are_split_by_what_caused_them(world: World) -> None:
    """
    New behaviour, decay and expiring links: one row of each kind of move. Of the people
    that only time has moved, those are counted who did nothing this month.
    """

    def model(*people: tuple[Any, ...]) -> None:
        literal = rows(*people, names="id, user_id, score, url, plan, seen")
        seen = "case when seen = 'new' then now() else timestamp '2020-01-01' end"
        world.model(
            f"select id, user_id, score, url, plan, cast({seen} as timestamp) as "
            f"seen_at from ({literal}) as moved"
        )

    def sync() -> Sync:
        found = world.identify(last_activity="seen_at")
        return replace(found, model=replace(found.model, with_time=FADING))

    people = [(name, f"u{n}") for n, (name, *_) in enumerate(MOVES)]
    model(*((*person, 10, "x", "p", "old") for person in people))
    world.run(sync())
    model(*((*person, *move[1]) for person, move in zip(people, MOVES, strict=True)))

    causes = preview(world, sync()).causes

    assert (causes.behaviour, causes.decay, causes.expiry) == (3, 2, 3)
    assert causes.dormant_people == 5
    assert causes.without_activity == len(MOVES) - 1


@pytest.mark.parametrize(
    ("contract", "allowance", "so_far", "warns"),
    [
        ("paid", None, 0, None),
        ("paid", 30, 10, None),
        ("paid", 30, 11, "31 tracked users .* allows 30: each one beyond it is billed"),
        ("free", None, 980, None),
        ("free", None, 981, "allows 1,000: the Free plan locks a workspace"),
    ],
)
def test_an_allowance_that_may_not_suffice_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    contract: str,
    allowance: int | None,
    so_far: int,
    warns: str | None,
) -> None:
    """
    A warning and no stop: who was counted already cannot be seen from here.
    """
    monkeypatch.setenv("RELYV_SEGMENT_CONTRACT", contract)
    monkeypatch.setenv("RELYV_SEGMENT_TRACKED_USERS_SO_FAR", str(so_far))
    if allowance is not None:
        monkeypatch.setenv("RELYV_SEGMENT_TRACKED_USERS_ALLOWANCE", str(allowance))

    warning = over_allowance(BillingSettings(), 20)  # type: ignore[call-arg]

    assert (warning is None) == (warns is None)
    assert warns is None or re.search(warns, warning or "")


def test_the_cost_of_a_plan_is_told(world: World) -> None:
    """
    Bytes as the run sends them, and the minutes that the rate allows.
    """
    world.model(rows(*PEOPLE))
    sync = world.identify(rate={"events": 10})

    cost = preview(world, sync).estimate

    assert (cost.calls, cost.requests) == (20, 1)
    assert cost.minutes == pytest.approx(20 / 10 / 60)
    example = preview(world, sync).examples[0].message
    length = len(orjson.dumps(example))
    assert cost.bytes == pytest.approx(20 * length, rel=0.02)


def test_the_rate_of_the_environment_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The exposure's own outweighs it, as in a run.
    """
    monkeypatch.setenv("RELYV_DELIVERY_EVENTS_PER_SECOND", "5")
    world.model(rows(*PEOPLE))

    plain = preview(world, world.identify()).estimate
    own = preview(world, world.identify(rate={"events": 10})).estimate

    assert plain.minutes == pytest.approx(20 / 5 / 60)
    assert own.minutes == pytest.approx(20 / 10 / 60)


def test_a_plan_is_weighed_as_segment_bills_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A person is one tracked user, however many calls; who was active is counted already.
    """
    monkeypatch.setenv("RELYV_SEGMENT_PRICE_PER_TRACKED_USER", "0.5")
    names = "id, user_id, score, url"
    people = rows(("e1", "u1", 1, "x"), ("e2", "u1", 2, "x"), ("e3", "u2", 3, "x"))
    seen = "case when user_id = 'u1' then now() end"
    world.model(
        f"select {names}, cast({seen} as timestamp) as seen_at "
        f"from ({people}) as people"
    )
    settings: dict[str, Any] = {"call": "track", "added": {"event": "Seen"}}

    blind = preview(world, world.sync(**settings)).bill
    seeing = preview(world, world.sync(last_activity="seen_at", **settings)).bill

    assert (blind.people, blind.new_tracked_users, blind.cost) == (2, (0, 2), 1.0)
    assert (seeing.active_people, seeing.new_tracked_users) == (1, (0, 1))
    assert seeing.cost == 0.5


def test_a_months_budget_of_calls_stops_a_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    All that was sent in the billing month counts, and a person may accept it.
    """
    world.model(rows(*PEOPLE[:10]))
    world.run(world.identify())
    monkeypatch.setenv("RELYV_SEGMENT_CALLS_BUDGET", "12")
    world.model(rows(*PEOPLE[:13]))
    seen = preview(world, world.identify()).bill
    assert (seen.calls_this_month, seen.calls_budget) == (10, 12)

    with pytest.raises(GuardTripped, match=r"3 calls, after 10 .* budget of 12"):
        world.run(world.identify())

    assert len(world.messages()) == 10
    assert world.run(world.identify(), accept_guard=True).counts.added == 3


def test_a_trial_sends_a_part_and_the_next_run_the_rest(world: World) -> None:
    """
    First one key, then a few calls, then everything: each row once.
    """
    world.model(rows(*PEOPLE))

    first = world.run(world.identify(), trial=Trial(only=("k7",)))
    second = world.run(world.identify(), trial=Trial(limit=4))
    third = world.run(world.identify())

    assert [each.counts.added for each in (first, second, third)] == [1, 4, 15]
    told = [message["userId"] for message in world.messages()]
    assert told[0] == "u7"
    assert sorted(told) == sorted(f"u{number}" for number in range(20))


def test_a_row_that_would_be_rejected_says_so(world: World) -> None:
    """
    With the reason, before anybody waits for it.
    """
    world.model(rows(("a", "u1", 1, "z" * 40_000)))

    (example,) = preview(world, world.identify()).examples

    assert (example.message, example.reason) == (None, "message_too_large")


def test_a_sync_that_is_not_opted_in_can_be_previewed(world: World) -> None:
    """
    One sees what it would send before flipping the switch.
    """
    world.model(rows(*PEOPLE))

    seen = preview(world, world.identify(targets=[]))

    assert not seen.sends_here
    assert seen.counts.added == 20


def test_a_guard_stops_a_plan_that_looks_like_an_accident(world: World) -> None:
    """
    No request, a distinct exit code, and the way to accept it in the message.
    """
    world.model(rows(*PEOPLE))
    sync = world.identify(guard={"removed_percent": 10})
    world.run(sync)
    world.model(rows(*PEOPLE[:15]))
    requests = world.sandbox.summary()["requests"]

    with pytest.raises(GuardTripped, match="5 of 20 rows would be removed") as raised:
        world.run(sync)

    assert raised.value.exit_code == 3
    assert world.sandbox.summary()["requests"] == requests
    assert world.run(sync, accept_guard=True).counts.removed == 5


def test_too_many_calls_stop_a_plan(world: World) -> None:
    """
    The number is the exposure's.
    """
    world.model(rows(*PEOPLE))

    with pytest.raises(GuardTripped, match="20 calls"):
        world.run(world.identify(guard={"calls": 19}))

    assert world.messages() == []


def _content(message: Any) -> Any:
    return {name: message[name] for name in ("type", "userId", "traits", "context")}
