"""The simulator's truth -> two temporary tables beside the models.

Of the truth only who did which session, and whose each identifier is, are loaded.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Column, Connection, MetaData, String, Table

from warehouse.bulk import load
from warehouse.ddl import temporary_schema

BATCH = 50_000

Fact = Mapping[str, Any]
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """
    Who did each session, and whose each user id, e-mail and CRM id is.

    Bots are left out: what a monitor does on a customer's machine belongs to nobody.
    """

    sessions: Table
    identifiers: Table


def load_truth(connection: Connection, path: Path, *, schema: str) -> Truth:
    """Load the truth of a world into temporary tables of this connection."""
    return fill_truth(
        connection,
        schema=schema,
        sessions=_sessions(path),
        identifiers=_named(path),
    )


def fill_truth(
    connection: Connection,
    *,
    schema: str,
    sessions: Iterator[Row],
    identifiers: Iterator[Row],
) -> Truth:
    """Fill the tables with rows of the columns that they have."""
    place = temporary_schema(connection, schema)
    truth = Truth(
        sessions=_temporary(
            connection, place, "relyv_true_sessions", "session_id", "person_id"
        ),
        identifiers=_temporary(
            connection,
            place,
            "relyv_true_identifiers",
            "identifier_type",
            "identifier_value",
            "person_id",
        ),
    )
    _fill(connection, truth.identifiers, identifiers)
    _fill(connection, truth.sessions, sessions)
    return truth


def _temporary(
    connection: Connection, schema: str | None, name: str, *columns: str
) -> Table:
    made = Table(
        name,
        MetaData(),
        *(Column(each, String) for each in columns),
        prefixes=["temporary"],
        schema=schema,
    )
    made.create(connection)
    return made


def _fill(connection: Connection, target: Table, rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        load(connection, target, pa.Table.from_pylist(batch))


def _sessions(path: Path) -> Iterator[Row]:
    # A person's line comes after those of their sessions.
    bots = {each["person_id"] for each in _facts(path, "person") if each["is_bot"]}
    for fact in _facts(path, "session"):
        person_id = fact["person_id"]
        if person_id not in bots:
            yield {"session_id": fact["session_id"], "person_id": person_id}


def _named(path: Path) -> Iterator[Row]:
    for person in _facts(path, "person"):
        for identifier_type, value in _names(person):
            yield {
                "identifier_type": identifier_type,
                "identifier_value": value,
                "person_id": person["person_id"],
            }


def _names(person: Fact) -> Iterable[tuple[str, str]]:
    yield from (("user_id", each) for each in person["user_ids"])
    yield from (("email", each.lower()) for each in person["emails"])
    yield from person["external_ids"].items()


def _facts(path: Path, *kinds: str) -> Iterator[Fact]:
    with gzip.open(path, "rb") as lines:
        for line in lines:
            fact = orjson.loads(line)
            if fact["kind"] in kinds:
                yield fact
