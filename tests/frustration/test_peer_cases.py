"""
With a tool's own row of the definitions, our SQL gives the tool's own verdicts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pytest
from sqlalchemy import Column, MetaData, String, Table

from tests.dbt_runs import run_dbt
from tests.frustration.case_definitions import define
from tests.frustration.landed import land
from tests.frustration.peer_cases import TOOLS, Case, read_cases, read_random
from tests.warehouses import Places
from warehouse import Warehouse
from warehouse.bulk import load

# What counts as one: clicks, or episodes of clicks.
COUNTED = {
    "rage": ("rage_clicks", "episode_id"),
    "dead": ("dead_clicks", "event_id"),
    "error": ("error_clicks", "event_id"),
}
# Amplitude looks at the nearest tracked ancestor, which a raw click does not name.
LEAST_AGREEMENT = dict.fromkeys(TOOLS, 1.0) | {"amplitude": 0.97}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The cases, and how many signals of its kind the SQL found in each."""

    cases: list[Case]
    random_cases: list[Case]
    found: dict[str, int]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(20, id="a part of the random ones"),
        pytest.param(1, id="all", marks=pytest.mark.slow),
    ],
)
def judged(
    request: pytest.FixtureRequest,
    kind: str,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Judged:
    cases, random_cases = read_cases(), read_random(request.param)
    everything = [*cases, *random_cases]
    folder = tmp_path_factory.mktemp("cases")
    with places.new(kind) as place:
        with place.open(folder) as warehouse:
            land(
                warehouse,
                sessions=[case.session_row for case in everything],
                events=[row for case in everything for row in case.event_rows()],
            )
        run_dbt(folder, "seed")
        with place.open(folder) as warehouse:
            set_definitions(warehouse, cases, random_cases)
        run_dbt(folder, "run", "--select", *SELECTED)
        with place.open(folder) as warehouse:
            found = count_signals(warehouse, everything)
    return Judged(cases=cases, random_cases=random_cases, found=found)


SELECTED = ("session_states", "session_changes", "path:models/frustration/clicks")


def set_definitions(
    warehouse: Warehouse, cases: Sequence[Case], random_cases: Sequence[Case]
) -> None:
    rows = [
        *({"session_id": each.case_id, "definition": each.case_id} for each in cases),
        *(
            {"session_id": each.case_id, "definition": each.definition}
            for each in random_cases
        ),
    ]
    columns = ("session_id", "definition")
    schema = pa.schema([(name, pa.string()) for name in columns])
    table = Table(
        "session_definitions",
        MetaData(),
        *(Column(name, String()) for name in columns),
        schema="relyv_seeds",
    )
    with warehouse.engine.begin() as connection:
        for case in cases:
            define(connection, case)
        load(connection, table, pa.Table.from_pylist(rows, schema=schema))


def count_signals(warehouse: Warehouse, cases: Sequence[Case]) -> dict[str, int]:
    counts: dict[str, Counter[str]] = {}
    with warehouse.engine.connect() as connection:
        for signal, (model, key) in COUNTED.items():
            rows = connection.exec_driver_sql(
                f"select session_id, count(distinct {key})"
                f" from relyv_frustration.{model} group by session_id"
            )
            counts[signal] = Counter(dict(map(tuple, rows)))
    return {case.case_id: counts[case.signal][case.case_id] for case in cases}


def test_every_case_gets_the_verdict_that_its_tool_states(judged):
    """
    Rage, dead and error cases, each under the setting that its test chose.
    """
    stated = [case for case in judged.cases if case.is_judged]

    wrong = [
        case.case_id for case in stated if not case.agrees(judged.found[case.case_id])
    ]

    assert wrong == []
    assert {case.signal for case in stated} == set(COUNTED)


def test_random_sequences_hold_the_episodes_that_their_tool_finds(judged):
    """
    A customer who comes from a tool keeps its counts.
    """
    total = Counter(case.definition for case in judged.random_cases)

    agreed = Counter(
        case.definition
        for case in judged.random_cases
        if case.agrees(judged.found[case.case_id])
    )

    assert {
        tool: agreed[tool] / total[tool]
        for tool in TOOLS
        if agreed[tool] < LEAST_AGREEMENT[tool] * total[tool]
    } == {}
    assert {*total} == {*TOOLS}
