"""The whole flow on the emulator of Snowflake, beside DuckDB: one answer.

Small, so that it runs with every test; `tests/warehouse` has the larger worlds.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from simulation import World, simulate
from tests.warehouse.worlds import END, LATER, Built
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

PEOPLE, DAYS = 60, 7
ONLY_MODELS = ("--exclude-resource-type", "test", "unit_test")
Both = tuple[Built, Built]


@pytest.fixture(scope="module")
def both(
    places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Built, Built]]:
    """One world, landed and built in DuckDB and on the emulator."""
    folder = tmp_path_factory.mktemp("flow")
    world = folder / "world"
    simulate(World(people=PEOPLE, days=DAYS, seed=7, end=END), world)
    with ExitStack() as stack:
        built = []
        for kind in ("duckdb", "snowflake"):
            (folder / kind).mkdir()
            place = stack.enter_context(places.new(kind))
            built.append(Built(place, folder / kind, world))
            built[-1].land("raw", END)
            built[-1].build(END, *ONLY_MODELS)
        yield built[0], built[1]


@pytest.fixture
def sent_to(
    sandbox_url: str, sandbox: Inspection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox is who receives."""
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)


def differing(both: Both) -> dict[str, tuple[list[str], list[str]]]:
    """The models that are not the same, with the rows that only one of them has."""
    duckdb, snowflake = (dict(one.models()) for one in both)
    assert duckdb.keys() == snowflake.keys()
    return {
        name: (
            sorted(set(duckdb[name]) - set(snowflake[name]))[:3],
            sorted(set(snowflake[name]) - set(duckdb[name]))[:3],
        )
        for name in duckdb
        if duckdb[name] != snowflake[name]
    }


def test_every_model_has_the_same_rows(both: Both) -> None:
    """
    Row for row and column for column, scores and ids included.
    """
    assert differing(both) == {}


def test_a_sync_sends_the_same_and_then_nothing(both: Both, sent_to: None) -> None:
    """
    Byte for byte what DuckDB's sync sends.
    """
    first = [one.messages(END) for one in both]
    again = [one.messages(END) for one in both]

    assert first[0] == first[1]
    assert sum(map(len, first[0].values())) > 0
    assert [set(map(len, sent.values())) for sent in again] == [{0}, {0}]


@pytest.mark.slow
def test_when_the_world_has_moved_on_the_same_has_changed(
    both: Both, sent_to: None
) -> None:
    """
    The rows of every model, and what each sync has to say.
    """
    for one in both:
        one.messages(END)
        one.land("later", LATER)
        one.build(LATER, *ONLY_MODELS)

    later = [one.messages(LATER) for one in both]

    assert later[0] == later[1]
    assert later[0]["segment_profile_traits"]
    assert differing(both) == {}


@pytest.mark.slow
def test_every_test_of_dbt_passes(both: Both) -> None:
    """
    Data tests and unit tests, on a second build over the first.
    """
    both[1].build(END + timedelta(days=2))
