"""Segment's graph in place of our own: everything downstream enters by its doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from reports.identity import explain_identifier, report_identity
from tests.dbt_runs import run_dbt
from tests.identity.builds import Outcome
from tests.identity.histories import AS_OF, History, write_history
from tests.identity.segments_graph import (
    SCHEMA,
    ProfilesSync,
    tell_our_side,
    tell_segments_graph,
)
from tests.warehouses import Place, Places

KINDS_FOR_ALL = ("postgres",)

SOURCE = {"identity_source": "profiles_sync", "profiles_sync_schema": SCHEMA}
KIOSK = (
    "insert into relyv_seeds.identity_overrides (rule, identifier_type,"
    " identifier_value) values ('kiosk', 'anonymous_id', 'a-kiosk')"
)


def build_on(
    sync: ProfilesSync | None,
    history: History,
    folder: Path,
    place: Place,
    *left_out: str,
) -> Outcome:
    """Build every model and run every test of them on Segment's graph."""
    with place.open(folder) as warehouse:
        write_history(history, warehouse)
        if sync:
            sync.write(warehouse)
    run_dbt(folder, "seed", as_of=AS_OF, **SOURCE)
    with place.open(folder) as warehouse, warehouse.engine.begin() as connection:
        connection.exec_driver_sql(KIOSK)
    left = ("--exclude-resource-type", "seed", *left_out)
    run_dbt(folder, "build", *left, as_of=AS_OF, **SOURCE)
    return Outcome(place, folder)


@pytest.fixture(scope="module")
def built(
    kind: str, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outcome]:
    folder: Path = tmp_path_factory.mktemp("profiles_sync")
    with places.new(kind) as place:
        yield build_on(
            tell_segments_graph(), tell_our_side(), folder, place, "unit_test"
        )


def test_each_identifier_is_where_segment_last_put_it(built: Outcome) -> None:
    """
    Merged profiles count as the one they are part of, also before Segment has written
    it; a kiosk is nobody's, and a forgotten person's profile is not there at all. An
    identifier that was removed is nobody's, until it is mapped again.
    """
    assert {
        value: (row["profile_id"], row["status"])
        for (_, value), row in built.mapping.items()
    } == {
        "ann": ("s-ann", "owned"),
        "ann@x.io": ("s-ann", "owned"),
        "a-old": ("s-ann", "owned"),
        "a-older": ("s-ann", "owned"),
        "idfa-1": ("s-ann", "owned"),
        "bob": ("s-bob", "owned"),
        "a-kiosk": (None, "shared"),
        "a-moved": ("s-bob", "owned"),
        "idfa-2": ("s-bob", "owned"),
        "a-new": ("s-new", "owned"),
    }


def test_a_profile_is_named_by_its_user_id(built: Outcome) -> None:
    """
    An identifier of a type that nobody ranked names nothing while there is another.
    """
    assert {
        profile: (row["canonical_type"], row["canonical_value"], row["is_known"])
        for profile, row in built.profiles.items()
    } == {
        "s-ann": ("user_id", "ann", True),
        "s-bob": ("user_id", "bob", True),
        "s-new": ("anonymous_id", "a-new", False),
    }
    assert built.profiles["s-ann"]["email"] == "ann@x.io"
    assert built.profiles["s-ann"]["anonymous_id"] == "a-older"


def test_the_graph_leads_from_every_name_to_todays(built: Outcome) -> None:
    graph = built.rows(
        "select profile_id, canonical_profile_id from relyv_identity.id_graph"
    )
    merges = built.rows(
        "select profile_id, canonical_profile_id, triggering_event_id"
        " from relyv_identity.profile_merges order by profile_id"
    )

    assert {row["profile_id"]: row["canonical_profile_id"] for row in graph} == {
        "s-ann": "s-ann",
        "s-old": "s-ann",
        "s-older": "s-ann",
        "s-bob": "s-bob",
        "s-new": "s-new",
        "s-gone": None,
        "s-gone-too": None,
    }
    assert [tuple(row.values()) for row in merges] == [
        ("s-old", "s-ann", "merge2"),
        ("s-older", "s-ann", "merge1"),
    ]


def test_sessions_go_by_segments_graph(built: Outcome) -> None:
    """
    On the kiosk the next login decides; a device that Segment does not know is nobody.
    """
    assert {
        session: (row["profile_id"], row["stitch_rule"])
        for session, row in built.sessions.items()
    } == {
        "ours-on-older": ("s-ann", "graph"),
        "ours-on-kiosk": ("s-bob", "next"),
        "ours-by-bob": ("s-bob", "during"),
        "ours-on-unheard": (None, "anonymous"),
    }


def test_our_own_graph_is_not_built(built: Outcome) -> None:
    """
    Who pays for Segment's does not pay for ours.
    """
    with built.place.open(built.folder) as warehouse:
        tables = inspect(warehouse.engine).get_table_names(schema="relyv_identity")

    assert "segment_profiles" in tables
    assert not {"identity_links", "identity_components"} & set(tables)


def test_explain_and_report_take_segments_word(built: Outcome) -> None:
    project = built.folder / "dbt_project.yml"
    with built.place.open(built.folder) as warehouse:
        project.write_text(
            project.read_text() + "\nvars: {identity_source: profiles_sync}\n"
        )
        device, kiosk, nobody = (
            explain_identifier(warehouse, value)[0]
            for value in ("a-older", "a-kiosk", "a-unheard")
        )
        report = report_identity(warehouse)

    assert device.owner is not None
    assert device.owner.identifier_value == "ann"
    assert [step.event_id for step in device.steps] == ["segment-event3"]
    assert (kiosk.verdict, nobody.verdict) == ("kiosk", "unknown")
    assert (report.standing.profiles, report.standing.known) == (3, 2)


def test_a_schema_that_is_not_there_is_named(places: Places, tmp_path: Path) -> None:
    """
    The build ends with the name of the table and of the var to set.
    """
    said = pytest.raises(AssertionError, match=f"{SCHEMA}.*profiles_sync_schema")
    with places.new("duckdb") as place, said:
        build_on(None, History(), tmp_path, place, "unit_test")


@pytest.mark.slow
def test_both_tables_may_be_empty(place: Place, tmp_path: Path) -> None:
    """
    A new space: everything is there, every unit test holds, and nobody is known.
    """
    outcome = build_on(ProfilesSync(), History(), tmp_path, place)

    assert outcome.profiles == {}
