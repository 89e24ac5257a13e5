"""A simulated world, landed and built in a warehouse of a test's own."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import literal, text

from landing import land
from simulation import World, simulate
from sync import RunOptions, read_syncs, run_sync
from tests.dbt_runs import run_dbt
from tests.warehouses import Place
from tracking import Answer
from tracking.client import TrackingClient
from warehouse import Warehouse

END = datetime.fromisoformat("2026-03-01 00:00:00")
LATER = END + timedelta(days=1)
PEOPLE, DAYS = 150, 10
# The time of a build, hashes that take in that time, or the code and the seeds as a
# warehouse writes them, and numbers that each warehouse makes of a text: no two builds
# agree on those.
OF_ONE_BUILD = {
    *("_built_at", "told_at", "stitch_id", "made_of", "set_version", "tie_version"),
    *("identifier_key", "cluster_key", "set_number", "tie_number", "event_version"),
    *("set_key", "fact_number", "identifiers_number"),
}


def write_world(folder: Path, kind: str) -> Path:
    """The raw files of a world; the same bytes every time."""
    simulate(World(people=PEOPLE, days=DAYS, seed=7, kind=kind, end=END), folder)
    return folder


@dataclass(frozen=True)
class Built:
    """A warehouse that holds a world, and what can be asked of it."""

    place: Place
    folder: Path
    world: Path

    def land(self, part: str, at: datetime) -> None:
        """Land what arrived; some rows bear the time of landing, so it is given."""
        with pytest.MonkeyPatch.context() as clock, self.open() as warehouse:
            clock.setattr("landing.run.utc_now", lambda: at)
            land(warehouse, [self.world / part])

    def build(self, at: datetime, *arguments: str) -> None:
        run_dbt(self.folder, "build", *arguments, as_of=str(at))

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        with self.place.open(self.folder) as warehouse:
            yield warehouse

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.open() as warehouse, warehouse.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row of a query."""
        (row,) = self.rows(query)
        return row

    def models(self) -> Iterator[tuple[str, list[str]]]:
        """Every model and seed, with its rows: the same words for the same values."""
        manifest = json.loads((self.folder / "target" / "manifest.json").read_text())
        with self.open() as warehouse, warehouse.engine.connect() as connection:
            for node in manifest["nodes"].values():
                if node["resource_type"] in ("model", "seed"):
                    name = f"{node['schema']}.{node['alias']}"
                    rows = connection.execute(text(f"select * from {name}")).mappings()
                    yield name, sorted(repr(_plain(row)) for row in rows)

    def messages(self, at: datetime) -> dict[str, list[bytes]]:
        """What each sync sends, byte for byte; a batch adds the time of sending."""
        manifest = self.folder / "target" / "manifest.json"
        sent: dict[str, list[bytes]] = {}
        with pytest.MonkeyPatch.context() as same, self.open() as warehouse:
            same.setattr("sync.plan.frozen.utc_now", lambda: literal(at))
            one_uuid = SimpleNamespace(uuid4=lambda: UUID(int=1))
            same.setattr("sync.ledger.installation.uuid", one_uuid)
            for sync in read_syncs(
                manifest, kind=warehouse.kind, schema=warehouse.schema
            ).values():
                posted = sent[sync.name] = []
                same.setattr(TrackingClient, "post", _recording(posted))
                run_sync(warehouse, sync, RunOptions())
                posted.sort()
        return sent


def _recording(posted: list[bytes]) -> Callable[..., Answer]:
    def record(client: TrackingClient, bodies: Sequence[bytes]) -> Answer:
        posted.extend(bodies)
        return _POST(client, bodies)

    return record


_POST = TrackingClient.post


def _plain(row: Any) -> list[tuple[str, object]]:
    """Numbers by their value: 5 and 5.0 and 5.00 are one; nothing of one build."""
    return [
        (name, Decimal(str(value)).normalize() if _is_number(value) else value)
        for name, value in row.items()
        if name not in OF_ONE_BUILD
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
