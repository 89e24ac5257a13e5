"""Which settings forbid what a plan was frozen with, and which do not."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from sync import Again
from sync.config.image import image_of
from sync.config.manifest import Model, Sync
from sync.config.parse import parse_settings
from sync.plan.checks import Counts
from sync.plan.frozen import FrozenPlan
from sync.plan.tighter import forbidden

COLUMNS = {
    "id": "varchar",
    "user_id": "varchar",
    "score": "bigint",
    "url": "varchar",
    "seen_at": "timestamp",
    "agrees": "boolean",
}
BLOCK = {"file": "p.json", "on_violation": "block"}
SCORE: dict[str, Any] = {"fields": ["score"]}
EVENTS: dict[str, Any] = {
    "call": "track",
    "added": {"event": "Made"},
    "changed": {"event": "Altered", "previous": "before"},
    "removed": {"event": "Gone"},
}

TIGHTER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # what the report names, settings before, settings now
    ("fields", {}, {"fields": ["score"]}),
    ("fields", {"fields": {"p": "score"}}, {"fields": {"p": "url"}}),
    ("personal", {"personal": {"url": "send"}}, {"personal": {"url": "hash"}}),
    ("consent", SCORE, SCORE | {"consent": "agrees"}),
    (
        "anonymous_id",
        {"fields": ["score"], "anonymous_id": "url"},
        {"fields": ["score"]},
    ),
    (
        "external_ids",
        SCORE | {"external_ids": [{"id": "url", "type": "crm"}]},
        SCORE,
    ),
    ("on_removed", {}, {"on_removed": "ignore"}),
    ("significant", {}, {"significant": {"score": 2}}),
    ("active", {}, {"active": False}),
    ("integrations", {}, {"integrations": {"Braze": False}}),
    (
        "integrations",
        {"integrations": {"Braze": {"id": 1}}},
        {"integrations": {"All": False}},
    ),
    ("context", {"context": {"locale": "en"}}, {}),
    ("guard", {}, {"guard": {"calls": 2}}),
    ("region", {}, {"region": "us"}),
    ("dormant", SCORE, SCORE | {"dormant": "hold", "last_activity": "seen_at"}),
    ("consent", SCORE, SCORE | {"consent": {"categories": {"Ads": "agrees"}}}),
    (
        "tracking_plan",
        {},
        {"tracking_plan": BLOCK},
    ),
    ("source", {}, {"source": "other"}),
    ("key", {}, {"key": ["id", "user_id"]}),
    ("added", EVENTS, EVENTS | {"added": None}),
    ("changed", EVENTS, EVENTS | {"changed": {"event": "Another"}}),
    ("removed", EVENTS, EVENTS | {"removed": None}),
    ("changed.previous", EVENTS, EVENTS | {"changed": {"event": "Altered"}}),
    ("entered", {"call": "audience"}, {"call": "audience", "entered": {"event": "In"}}),
    ("exited", {"call": "audience"}, {"call": "audience", "exited": {"event": "Out"}}),
]
LOOSER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"fields": ["score"]}, {}),
    ({"significant": {"score": 3}}, {"significant": {"score": 2}}),
    ({"integrations": {"All": False}}, {}),
    ({"on_removed": "ignore"}, {}),
    ({"active": False}, {"active": True, "context": {"locale": "en"}}),
    ({}, {"guard": {"removed_percent": 5, "calls": 9}, "rate": {"events": 1_000}}),
    ({}, {"targets": ["demo", "prod"], "schedule": "@daily"}),
    ({}, {"personal": {"url": "send"}}),
    ({}, {"tracking_plan": {"file": "p.json", "on_violation": "flag"}}),
    ({"consent": "agrees"}, {}),
    (EVENTS | {"removed": None}, EVENTS),
]


def of(settings: dict[str, Any]) -> Sync:
    block = {"call": "identify", "key": "id", "user_id": "user_id", **settings}
    return Sync(
        name="people",
        label="people",
        description="",
        file="exposures.yml",
        model=Model(
            name="people",
            schema="syncs",
            identifier="people",
            columns=COLUMNS,
            personal=frozenset(),
        ),
        settings=parse_settings(block, where="people"),
    )


def frozen(sync: Sync) -> FrozenPlan:
    return FrozenPlan(
        sync=sync.name,
        number=1,
        settings=sync.settings,
        image=image_of(sync),
        planned_at=datetime(2026, 1, 1),  # noqa: DTZ001
        counts=Counts(added=3),
        rows=3,
    )


@pytest.mark.parametrize(("named", "before", "now"), TIGHTER)
def test_a_setting_that_forbids_more_is_named(
    named: str, before: dict[str, Any], now: dict[str, Any]
) -> None:
    """
    By the key in the exposure that somebody has edited.
    """
    assert forbidden(frozen(of(before)), of(now)) == [named]


@pytest.mark.parametrize(("before", "now"), LOOSER)
def test_a_setting_that_allows_more_is_not(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    """
    The plan is finished with the messages that it was frozen with.
    """
    assert forbidden(frozen(of(before)), of(now)) == []


def test_a_backfill_for_one_destination_is_no_news() -> None:
    """
    Its plan is frozen with fewer destinations than the exposure has.
    """
    once = {"call": "track", "added": {"event": "Made", "timestamp": "seen_at"}}
    sync = of(once | {"fields": ["score"]})
    only = Again(only_destination="Braze").settings_for(sync.settings)

    assert forbidden(replace(frozen(sync), settings=only), sync) == []
