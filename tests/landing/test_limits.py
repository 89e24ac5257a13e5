"""What is too much for a table, or for a schema."""

import pytest

from landing.raw_tables import CALL_TABLES
from tests.landing.conftest import Ground
from tests.landing.samples import call, session


def test_too_many_columns_lose_fields_not_rows(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Ids in the place of names fill a table up to its limit, and no further.
    """
    limit = len(CALL_TABLES["identifies"]) + 2
    monkeypatch.setattr("landing.writing.MAX_COLUMNS", limit)

    report = ground.land(call(traits={f"k{number}": 1 for number in range(5)}))

    assert len(ground.types("segment", "identifies")) == limit
    assert report.landed == 1
    assert report.rejected_fields == {"too_many_columns": 3}


def test_a_row_of_too_many_fields_loses_some_or_all(ground: Ground) -> None:
    """
    PostgreSQL keeps a row in 8 KB. A call lands without the rest of its traits; a
    session with so many is none of ours.
    """
    many = {f"k{number:03}": "as long as can be" for number in range(900)}

    report = ground.land(call(traits=many), session(**many))

    assert report.landed == 1
    assert report.rejected_lines == {"too_many_fields": 1}
    (lost,) = report.rejected_fields.items()
    assert lost[0] == "too_many_fields"
    filled = ground.row("select * from segment.identifies")
    assert sum(value is not None for value in filled) + lost[1] > 900


def test_too_many_events_are_in_tracks_alone(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Ids in the names of events do not make tables without end.
    """
    monkeypatch.setattr("landing.catalogue.MAX_TABLES", 7)

    report = ground.land(
        call("track", messageId="m1", event="One"),
        call("track", messageId="m2", event="Two"),
    )

    assert report.tables["segment.tracks"].landed == 2
    assert ground.rejections() == [(2, "too_many_tables", "event")]
