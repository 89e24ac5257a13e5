"""Raw tables that Segment's own warehouse destination wrote, in its own types."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from landing import land
from tests.dbt_runs import run_dbt
from tests.warehouses import Place


def test_times_with_a_zone_become_utc(place: Place, tmp_path: Path) -> None:
    """
    Whatever zone the server, the session or the row is in.
    """
    with place.open(tmp_path) as warehouse:
        land(warehouse, [])
        zoned = "timestamp with time zone"
        times = f'received_at {zoned}, "timestamp" {zoned}'
        row = "'m1', 'ann', '2026-02-01 10:00:00+01:00', '2026-02-01 04:00:00-05:00'"
        with warehouse.engine.begin() as connection:
            connection.exec_driver_sql("create schema web")
            connection.exec_driver_sql(
                f"create table web.identifies (id varchar, user_id varchar, {times})"
            )
            connection.exec_driver_sql(f"insert into web.identifies values ({row})")

    run_dbt(
        tmp_path,
        "run",
        *("--select", "+stg_segment__identifies"),
        as_of="2026-03-01 00:00:00",
        segment_schemas=["segment", "web"],
    )

    with place.open(tmp_path) as warehouse, warehouse.engine.connect() as connection:
        (found,) = connection.execute(
            text(
                "select event_id, received_at, occurred_at "
                "from relyv_staging.stg_segment__identifies"
            )
        )
    nine = datetime.fromisoformat("2026-02-01 09:00:00")
    assert tuple(found) == ("m1", nine, nine)
