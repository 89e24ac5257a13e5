"""The sandbox's Unify space, written where Segment's Profiles Sync would write it.

A rehearsal of `identity_source: profiles_sync` without an account: both its graph and
its tables of events are read as Segment's are.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.schema import CreateSchema

from landing.columns import ARROW_TYPES, SQL_TYPES, Kind, fill, infer
from tests.dbt_runs import run_dbt
from tests.identity.builds import Outcome
from tests.identity.histories import History, write_history
from tests.tracking.tracking_calls import send
from tests.warehouses import Place
from tracking.sandbox.inspection import Inspection
from warehouse import Warehouse
from warehouse.bulk import load

SPACE = "acme_space"
TABLES = (
    "id_graph_updates",
    "external_id_mapping_updates",
    "identifies",
    "pages",
    "tracks",
    "order_completed",
)
ORDER = {"type": "track", "event": "Order Completed", "properties": {"revenue": 12.5}}


@pytest.mark.slow
@pytest.mark.only_on("duckdb", "postgres")
def test_the_sandboxs_space_is_read_as_segments(
    place: Place, tmp_path: Path, sandbox: Inspection, sandbox_url: str
) -> None:
    """
    A visitor who logs in is one profile, and the sandbox's names of it are ours.
    """
    send(
        sandbox_url,
        {"type": "page", "anonymousId": "v", "name": "Home"},
        {"type": "identify", "userId": "ann", "traits": {"email": "ann@x.io"}},
        {"type": "identify", "userId": "ann", "anonymousId": "v", "traits": {}},
        {**ORDER, "userId": "ann"},
        {**ORDER, "anonymousId": "w"},
    )
    tables = {name: list(sandbox.profiles_sync(name)) for name in TABLES}
    with place.open(tmp_path) as warehouse:
        write_history(History(), warehouse)
        write_space(warehouse, tables)

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    variables = {
        "identity_source": "profiles_sync",
        "profiles_sync_schema": SPACE,
        "segment_schemas": [SPACE],
        "as_of": f"{tomorrow:%Y-%m-%d} 00:00:00",
    }
    wanted = ("+external_id_mapping", "+profile_merges", "+stg_segment__tracks")
    run_dbt(tmp_path, "build", "--exclude-resource-type", "unit_test", "--select",
            *wanted, **variables)  # fmt: skip

    outcome = Outcome(place, tmp_path)
    told = {
        (row["type"], row["value"]): row["canonical_segment_id"]
        for row in sandbox.profiles_sync("user_identifiers")
    }
    assert {
        identifier: row["profile_id"] for identifier, row in outcome.mapping.items()
    } == told
    assert told["anonymous_id", "v"] == told["user_id", "ann"]
    merges = outcome.rows("select * from relyv_identity.profile_merges")
    assert [row["canonical_profile_id"] for row in merges] == [told["user_id", "ann"]]
    events = outcome.rows(
        "select user_id, anonymous_id, event_text"
        " from relyv_staging.stg_segment__tracks order by user_id nulls last"
    )
    assert [tuple(row.values()) for row in events] == [
        ("ann", None, "Order Completed"),
        (None, "w", "Order Completed"),
    ]


def write_space(
    warehouse: Warehouse, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Each table with the columns that it has, of the types that Segment gives them."""
    with warehouse.engine.begin() as connection:
        connection.execute(CreateSchema(SPACE, if_not_exists=True))
        for name, rows in tables.items():
            columns = dict.fromkeys(column for row in rows for column in row)
            values = {each: [row.get(each) for row in rows] for each in columns}
            kinds = {each: infer(values[each]) or Kind.TEXT for each in columns}
            table = Table(
                name,
                MetaData(),
                *(Column(each, SQL_TYPES[kind]) for each, kind in kinds.items()),
                schema=SPACE,
            )
            table.create(connection)
            typed = {each: fill(values[each], kinds[each]).array for each in columns}
            schema = pyarrow.schema(
                {each: ARROW_TYPES[kind] for each, kind in kinds.items()}
            )
            load(connection, table, pyarrow.table(typed, schema=schema))
