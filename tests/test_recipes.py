"""The recipes of the docs, followed to the letter in a copy of the project."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from landing import land
from simulation import World, simulate
from sync import RunOptions, read_syncs, run_sync
from tests.dbt_runs import PROJECT, run_dbt
from tests.identity.histories import AS_OF, History, write_history
from tests.recipes import (
    add_the_files,
    add_the_trait,
    change_the_seeds,
    copied_project,
    csv_rows,
    deletion,
    queries,
    replace_once,
)
from tests.warehouse.worlds import END, Built
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

EVENT, TRAITS = "segment_checkout_error", "segment_profile_traits"
AUDIENCE = "segment_had_trouble"
LOOKED_UP = "select 1 from relyv_lookup.lookup_identifiers where lookup_value"


@pytest.fixture(scope="module")
def built(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """
    A project with an event, a trait and an audience more, built for their exposures
    and for looking people up.
    """
    folder = tmp_path_factory.mktemp("recipes")
    project = copied_project(folder / "project")
    add_the_files(project, "add-an-event.md")
    add_the_files(project, "add-an-audience.md")
    add_the_trait(project)
    change_the_seeds(project)
    simulate(World(people=300, days=30, seed=7, end=END), folder / "world")
    with places.new("duckdb") as place:
        built = Built(place, folder, folder / "world")
        built.land("raw", END)
        build(built)
        yield built


def build(built: Built) -> None:
    """What the recipes are about; a whole `dbt build` has more of the same."""
    exposures = [f"+exposure:{name}" for name in (EVENT, TRAITS, AUDIENCE)]
    run_dbt(
        built.folder,
        *("build", "--exclude-resource-type", "unit_test"),
        *("--select", *exposures, "+lookup_identifiers"),
        project=built.folder / "project",
        as_of=str(END),
    )


def send(built: Built, *names: str) -> None:
    """A run of these syncs, to the sandbox."""
    with built.open() as warehouse:
        syncs = read_syncs(
            built.folder / "target" / "manifest.json",
            kind=warehouse.kind,
            schema=warehouse.schema,
        )
        for name in names:
            run_sync(warehouse, syncs[name], RunOptions())


@pytest.fixture(autouse=True)
def to_the_sandbox(sandbox_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)


def test_the_event_and_the_trait_arrive(built: Built, sandbox: Inspection) -> None:
    """
    Each failed click at the checkout is one event, and each person has the new trait.
    """
    send(built, EVENT, TRAITS)

    arrived = sandbox.summary()["by_event"]
    (clicks,) = built.row(
        "select count(*) from relyv_frustration.session_signals as s "
        "inner join relyv_sessions.session_events as e "
        "on s.evidence_event_id = e.event_id "
        "inner join relyv_events.forwardable_sessions as f "
        "on s.session_id = f.session_id "
        "where s.signal_name = 'error_click' and e.page_path like '/checkout%'"
    )
    mobile = dict(
        built.rows(
            "select user_id, count(case when device_type = 'mobile' then 1 end) "
            "from relyv_sessions.sessions as s "
            "inner join relyv_frustration.session_scores as f "
            "on s.session_id = f.session_id "
            "where coalesce(score_excluded_reason, 'too_short') = 'too_short' "
            "and user_id is not null group by 1"
        )
    )
    traits = {
        profile["user_id"]: profile["traits"]
        for profile in sandbox.profiles()
        if "user_id" in profile
    }
    assert arrived == {"Checkout Error": clicks}
    assert clicks
    assert {
        user_id: each["mobile_sessions_count"] for user_id, each in traits.items()
    } == mobile
    assert any(mobile.values())
    assert any("@" in each.get("email", "") for each in traits.values())


def test_the_seeds_that_were_changed_are_what_is_scored_by(built: Built) -> None:
    """
    As docs/change-a-weight.md has it: a coupon that was refused is a signal, a dead
    click is worth 5 and 15 at most, and every score says by which numbers it is.
    """
    (refused,) = built.row(
        "select count(*) from relyv_sessions.session_events "
        "where custom_name = 'coupon_refused'"
    )
    (signals,) = built.row(
        "select count(*) from relyv_frustration.session_signals "
        "where signal_name = 'coupon_refused'"
    )
    dead = built.rows(
        "select distinct points from relyv_frustration.frustration_contributions "
        "where signal_name = 'dead_click'"
    )
    (threshold,) = built.row(
        "select threshold_value from relyv_seeds.frustration_definitions "
        "where threshold = 'quick_back_ms'"
    )
    versions = built.rows(
        "select distinct definition_version from relyv_frustration.session_scores "
        "union select definition_version from relyv_frustration.session_signals"
    )
    assert signals == refused > 0
    assert {5} < {int(points) for (points,) in dead} <= {5, 10, 15}
    assert threshold == 8000
    assert versions == [("2026.1-ours",)]


def test_the_audience_is_entered_by_whoever_had_trouble(
    built: Built, sandbox: Inspection
) -> None:
    """
    One event for each member, with what the page says it carries.
    """
    send(built, AUDIENCE)

    members = {
        user_id
        for (user_id,) in built.rows(
            "select user_id from relyv_traits.profile_traits "
            "where frustration_score >= 25 and user_id is not null"
        )
    }
    entered = list(sandbox.messages())
    assert members
    assert {each["message"]["event"] for each in entered} == {"Trouble Entered"}
    assert sorted(each["message"]["userId"] for each in entered) == sorted(members)
    assert {frozenset(each["message"]["properties"]) for each in entered} == {
        frozenset({"audience_key", "frustration_band", "last_replay_url"})
    }


def test_a_rejected_line_is_found_by_file_and_line(built: Built) -> None:
    """
    The query of docs/read-a-rejected-row.md leads to the very line.
    """
    file = built.folder / "calls.jsonl"
    file.write_text(
        '{"type": "identify", "userId": "ann", "traits": {}}\n'
        '{"type": "track", "userId": "ann"}\n'
        '{"type": "track", "userId": "a'
    )
    land_files(built, file)

    query, _ = queries("read-a-rejected-row.md")
    found = {
        (line, reason)
        for name, line, reason, _ in asked(built, query)
        if name == str(file)
    }
    assert found == {(2, "event_not_defined"), (3, "not_json")}


@pytest.mark.slow
def test_a_forgotten_person_is_gone_and_nothing_is_said_of_it(
    built: Built, sandbox: Inspection
) -> None:
    """
    By the steps of docs/forget-a-person.md: not even the clear that a removal would be.
    """
    send(built, TRAITS, AUDIENCE)
    (user_id,) = built.rows("select min(user_id) from relyv_syncs.sync_" + AUDIENCE)[0]
    sandbox.reset()

    (query,) = queries("forget-a-person.md")
    names = asked(built, query.replace("u000261d904f1", user_id))
    request = built.folder / "forget.jsonl"
    request.write_text("".join(map(deletion, names)))
    land_files(built, request)
    build(built)
    send(built, EVENT, TRAITS, AUDIENCE)

    assert ("user_id", user_id) in names
    assert {kind for kind, _ in names} == {"user_id", "anonymous_id", "email"}
    said = [json.dumps(each["message"]) for each in sandbox.messages(stage="received")]
    assert [each for each in said if any(value in each for _, value in names)] == []
    assert asked(built, query.replace("u000261d904f1", user_id)) == []
    for _, value in names:
        assert built.rows(f"{LOOKED_UP} = lower('{value}')") == []


def land_files(built: Built, *files: Path) -> None:
    with built.open() as warehouse:
        land(warehouse, list(files))


def asked(built: Built, query: str) -> list[tuple[Any, ...]]:
    """The answer, with the tables that dbt would put in."""
    manifest = json.loads((built.folder / "target" / "manifest.json").read_text())
    tables = [*manifest["nodes"].values(), *manifest["sources"].values()]
    placed = {each["name"]: f"{each['schema']}.{each['name']}" for each in tables}
    return built.rows(
        re.sub(r"\{\{ \w+\((?:'\w+', )?'(\w+)'\) \}\}", lambda m: placed[m[1]], query)
    )


def test_a_type_is_added_and_a_value_blocked_by_rows(
    places: Places, tmp_path: Path
) -> None:
    """
    Two devices give one card, by a trait and as an external id: they are one person.
    Two others give the till's mailbox and a user id, both blocked: they are two.
    """
    project = copied_project(tmp_path / "project")
    for page, seed in (
        ("add-an-identifier-type.md", "identifier_types.csv"),
        ("block-an-identifier.md", "blocked_values.csv"),
    ):
        with (project / "seeds" / seed).open("a") as rows:
            rows.write(csv_rows(page))
    page = (PROJECT / "docs" / "add-an-identifier-type.md").read_text()
    (line,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    replace_once(
        project / "dbt_project.yml",
        "    phone: phone\n",
        f"    phone: phone\n    {line.strip()}\n",
    )

    history = History()
    story = history.story("shop")
    card = '[{"type": "loyalty_id", "id": "4711", "collection": "users"}]'
    story.identify(a="a1", context_external_ids=card)
    story.identify(a="a2")
    for device in ("a3", "a4"):
        story.identify(a=device, u="=QA-robot", e="=FrontDesk@shop.example")
    with places.new("duckdb") as place:
        with place.open(tmp_path) as warehouse:
            write_history(history, warehouse)
            with warehouse.engine.begin() as connection:
                connection.execute(
                    sql("alter table segment.identifies add loyalty_card varchar")
                )
                connection.execute(
                    sql(
                        "update segment.identifies set loyalty_card = ' 4711'"
                        " where anonymous_id = 'shop-a2'"
                    )
                )
        seeds = ("identifier_types", "blocked_values", "identity_overrides")
        run_dbt(
            tmp_path,
            *("build", "--exclude-resource-type", "unit_test"),
            *("--select", *seeds, "+external_id_mapping"),
            project=project,
            as_of=AS_OF,
        )
        with (
            place.open(tmp_path) as warehouse,
            warehouse.engine.connect() as connection,
        ):
            found = connection.execute(
                sql(
                    "select identifier_type, identifier_value, profile_id"
                    " from relyv_identity.external_id_mapping"
                )
            ).all()

    profiles = {(kind, value): profile for kind, value, profile in found}
    own = profiles["loyalty_id", "4711"]
    devices = [profiles["anonymous_id", f"shop-a{number}"] for number in (1, 2, 3, 4)]
    assert devices[:2] == [own, own]
    assert len({own, *devices[2:]}) == 3
    assert {kind for kind, _ in profiles} == {"loyalty_id", "anonymous_id"}
