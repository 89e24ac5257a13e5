"""One world in every kind of warehouse: the same models, the same messages."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from reports.lookup import look_up
from tests.warehouse.worlds import END, LATER, Built, write_world
from tests.warehouses import KINDS, Places
from tracking.sandbox.inspection import Inspection

WORLDS = ["typical", pytest.param("shared", marks=pytest.mark.slow)]
ONLY_MODELS = ("--exclude-resource-type", "test", "unit_test")


@pytest.fixture(scope="module", params=WORLDS)
def everywhere(
    request: pytest.FixtureRequest,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Built]]:
    """The world, landed and built in each kind of warehouse, every test of dbt run."""
    folder = tmp_path_factory.mktemp(request.param)
    world = write_world(folder / "world", request.param)
    with ExitStack() as stack:
        built = {}
        for kind in KINDS:
            place = stack.enter_context(places.new(kind))
            (folder / kind).mkdir()
            built[kind] = Built(place, folder / kind, world)
            built[kind].land("raw", END)
            built[kind].build(END)
        yield built


@pytest.fixture
def reference(everywhere: dict[str, Built]) -> Built:
    """The kind that the others are measured by."""
    return everywhere[KINDS[0]]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_model_has_the_same_rows(
    everywhere: dict[str, Built], reference: Built, kind: str
) -> None:
    """
    Row for row and column for column, scores and ids included.
    """
    expected = dict(reference.models())

    found = dict(everywhere[kind].models())

    assert {name for name in expected if found[name] != expected[name]} == set()
    assert all(expected[f"relyv_syncs.{name}"] for name in SYNCED)


SYNCED = ("sync_segment_profile_traits", "sync_segment_session_started")


@pytest.mark.parametrize("kind", KINDS)
def test_a_lookup_goes_by_an_index(everywhere: dict[str, Built], kind: str) -> None:
    """
    Where there are indexes: the whole table is never read for one person.
    """
    with everywhere[kind].open() as warehouse, warehouse.engine.connect() as connection:
        value = connection.execute(
            text(
                "select min(lookup_value) from relyv_lookup.reverse_lookup "
                "where identifier_type = 'email'"
            )
        ).scalar_one()
        found = look_up(warehouse, value.upper())
        plan = connection.execute(
            text(
                "explain select * from relyv_lookup.reverse_lookup "
                f"where lookup_value = lower(trim('{value}'))"
            )
        ).all()

    assert found
    assert kind == "duckdb" or "Index" in str(plan)


def test_every_sync_sends_the_same_bytes(
    everywhere: dict[str, Built],
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    On the first day and, after one more day of the world, on the next: field order,
    numbers and ids included, all but the time of sending.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    sent = {}
    for kind, built in everywhere.items():
        first = built.messages(END)
        built.land("later", LATER)
        built.build(LATER, *ONLY_MODELS)
        sent[kind] = (first, built.messages(LATER))

    for kind in KINDS[1:]:
        for expected, found in zip(sent[KINDS[0]], sent[kind], strict=True):
            assert found == expected
    assert all(any(day.values()) for day in sent[KINDS[0]])
