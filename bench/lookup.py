"""How long a person waits for a lookup on PostgreSQL, however many others there are.

Builds a simulated world in a PostgreSQL of its own, then copies each of its people,
with identifiers, sessions and calls, under new names.

    .venv/bin/python bench/lookup.py --people 300 --copies 100
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

sys.path.insert(0, str(Path(__file__).parents[1]))

from reports.lookup import find_people, look_up
from reports.score import explain_score
from reports.timeline import tell_timeline
from simulation import World, simulate
from tests.postgres_server import own_server
from tests.warehouse.worlds import Built
from tests.warehouses import Place
from warehouse import Warehouse

END = datetime.fromisoformat("2026-03-01 00:00:00")
# The tables that a lookup reads, and the columns that make a copy somebody else.
COPIED = {
    "relyv_sessions.sessions": "session_id profile_id anonymous_id",
    "relyv_frustration.session_scores": "session_id profile_id",
    "relyv_frustration.frustration_contributions": "session_id",
    "relyv_frustration.profile_scores": "profile_id",
    "relyv_frustration.profile_contributions": "session_id profile_id",
    "relyv_traits.watchable_sessions": "session_id profile_id",
    "relyv_traits.profile_traits": "profile_id",
    "relyv_lookup.lookup_identifiers": (
        "identifier_hash identifier_value lookup_value profile_id"
    ),
    "relyv_staging.stg_segment__calls": "event_id user_id anonymous_id",
    "relyv_identity.external_id_mapping": (
        "external_id_hash identifier_value profile_id"
    ),
}


def main() -> None:
    """Build, copy, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--copies", type=int, default=100)
    size = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        own_server() as server,
        server.database("lookup") as settings,
    ):
        world = Path(folder) / "world"
        simulate(World(people=size.people, days=30, seed=3, end=END), world)
        built = Built(Place(kind="postgres", settings=settings), Path(folder), world)
        built.land("raw", END)
        built.build(END, "--exclude-resource-type", "test", "unit_test")
        with built.open() as warehouse:
            with warehouse.engine.begin() as connection:
                for name, columns in COPIED.items():
                    rows = _copy(connection, name, columns.split(), size.copies)
                    print(f"{name:<40} {rows:>12,} rows")
            _ask(warehouse)


def _copy(
    connection: Connection, name: str, renamed: Sequence[str], copies: int
) -> int:
    schema, _, table = name.partition(".")
    columns = connection.execute(
        text(
            "select column_name from information_schema.columns "
            "where table_schema = :schema and table_name = :name"
        ),
        {"schema": schema, "name": table},
    ).scalars()
    copied = {each: f"{each} || n" if each in renamed else each for each in columns}
    connection.execute(
        text(
            f"insert into {name} ({', '.join(copied)}) "
            f"select {', '.join(copied.values())} "
            f"from {name}, generate_series(1, {copies}) as n"
        )
    )
    connection.execute(text(f"analyze {name}"))
    return int(connection.execute(text(f"select count(*) from {name}")).scalar_one())


def _ask(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        email = connection.execute(
            text(
                "select min(lookup_value) from relyv_lookup.reverse_lookup "
                "where identifier_type = 'email'"
            )
        ).scalar_one()
    (person,) = find_people(warehouse, email)
    _time("lookup, sessions", lambda: look_up(warehouse, email))
    _time("lookup, the person", lambda: find_people(warehouse, email))
    _time("lookup --explain", lambda: explain_score(warehouse, person.profile_id))
    _time("timeline", lambda: tell_timeline(warehouse, [person.profile_id]))


def _time(what: str, ask: Callable[[], object]) -> None:
    """The median of seven, so that neither the first nor an interruption counts."""
    times = []
    for _ in range(7):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    print(f"{what:<40} {1000 * sorted(times)[3]:>12.1f} ms")


if __name__ == "__main__":
    main()
