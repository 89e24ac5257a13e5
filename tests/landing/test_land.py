import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import orjson
import pytest
from sqlalchemy import inspect

from landing import LandingProgress, LandingReport, PathMissing, land, writing
from landing.raw_tables import CALL_TABLES, SESSION_COLUMNS, SESSION_EVENT_COLUMNS
from tests.landing.conftest import Ground
from tests.landing.samples import call, deletion, event, session
from tests.warehouses import Place

REAL_DATA = Path(__file__).parents[3] / "shared" / "data"


def assert_every_line_is_accounted_for(report: LandingReport) -> None:
    assert report.records == report.landed + report.duplicates + report.rejected


def test_every_table_exists_after_any_landing(ground: Ground) -> None:
    """
    The models find the tables and their columns, even when nothing was in the files.
    """
    ground.land()

    for table, columns in CALL_TABLES.items():
        assert ground.types("segment", table).keys() == columns.keys()
    assert ground.types("relyv_raw", "sessions").keys() == SESSION_COLUMNS.keys()
    assert (
        ground.types("relyv_raw", "session_events").keys()
        == SESSION_EVENT_COLUMNS.keys()
    )
    assert ground.rows("select * from relyv_raw.deletions") == []
    assert ground.rows("select * from relyv_raw.landing_rejections") == []
    assert ground.rows("select * from relyv_privacy.suppressions") == []


def test_a_key_is_found_without_reading_a_table(
    shared_place: Place, tmp_path: Path
) -> None:
    """
    Each chunk asks for its keys, and a table of years is not read for it; a key may be
    longer than a tree of PostgreSQL takes.
    """
    with shared_place.open(tmp_path) as warehouse:
        (tmp_path / "in").mkdir()
        report = Ground(warehouse, tmp_path / "in").land(call(messageId="m" * 9_000))
        indexed = inspect(warehouse.engine).get_indexes("identifies", schema="segment")

    assert report.landed == 1
    assert [index["column_names"] for index in indexed] == [["id"]]


def test_the_same_folder_again_lands_nothing(ground: Ground) -> None:
    """
    Every record is a duplicate the second time, and no rejection is doubled.
    """
    ground.write("calls.jsonl.gz", call(), call("track", properties={"a": 1}), b"junk")
    ground.write("relyv.ndjson", session(), event(), deletion())

    first = land(ground.warehouse, [ground.folder])
    before = ground.rows("select * from segment.order_completed")
    again = land(ground.warehouse, [ground.folder])

    assert (first.landed, first.duplicates, first.rejected) == (5, 0, 1)
    assert (again.landed, again.duplicates, again.rejected) == (0, 5, 1)
    assert ground.rows("select * from segment.order_completed") == before
    assert len(ground.rejections()) == 1


@pytest.mark.parametrize("chunk_lines", [1, 2, 3, 100])
def test_a_message_lands_once_at_any_distance(ground: Ground, chunk_lines: int) -> None:
    """
    In a chunk, across chunks, across files and across runs.
    """
    messages = [call("track", messageId=f"m{number % 4}") for number in range(10)]
    first = ground.write("a.jsonl", *messages, event(), event())
    second = ground.write("b.jsonl", *messages, event())

    report = land(ground.warehouse, [first, second], chunk_lines=chunk_lines)

    assert (report.landed, report.duplicates) == (5, 18)
    assert ground.row("select count(*), count(distinct id) from segment.tracks") == (
        4,
        4,
    )
    assert ground.row("select count(*) from segment.order_completed") == (4,)
    assert ground.row("select count(*) from relyv_raw.session_events") == (1,)


def test_one_id_in_two_tables_is_two_messages(ground: Ground) -> None:
    """
    An id is looked for in its own table: libraries reuse one across call types.
    """
    report = ground.land(
        call(messageId="m"), call("track", messageId="m"), call("page", messageId="m")
    )

    assert (report.landed, report.duplicates) == (3, 0)


def test_the_table_of_an_event_follows_tracks(ground: Ground) -> None:
    """
    A second event under a known id is a duplicate, whatever its name.
    """
    ground.land(call("track", event="First"))
    ground.land(call("track", event="Second"), call("track", event="Second"))

    assert ground.row("select event from segment.tracks") == ("first",)
    assert ground.row("select count(*) from segment.first") == (1,)
    assert not ground.rows(
        "select 1 from information_schema.tables where table_name = 'second'"
    )


def test_a_rejection_holds_the_place_and_a_hash_alone(ground: Ground) -> None:
    """
    No table has the content of a line that was refused.
    """
    line = b'{"type": "identify", "traits": {"email": "ann@example.com"}}'
    path = ground.write("calls.jsonl", line, b"", b"{", b"\xff", b"[1]", b"NaN")

    report = land(ground.warehouse, [path])

    assert ground.rows(
        "select file, line, reason, line_sha256 from relyv_raw.landing_rejections"
        " order by line"
    ) == [
        (str(path), number, reason, hashlib.sha256(content).hexdigest())
        for number, reason, content in [
            (1, "no_user_anon_id", line),
            (3, "not_json", b"{"),
            (4, "not_utf8", b"\xff"),
            (5, "not_an_object", b"[1]"),
            (6, "not_json", b"NaN"),
        ]
    ]
    assert (report.lines, report.empty_lines, report.records) == (6, 1, 5)


def test_a_truncated_file_lands_as_far_as_it_goes(ground: Ground) -> None:
    """
    One rejection stands for the rest, and the next file is read.
    """
    calls = [orjson.dumps(call(messageId=f"m{number}")) for number in range(3)]
    packed = gzip.compress(b"\n".join(calls), compresslevel=0)
    cut = ground.folder / "a.jsonl.gz"
    cut.write_bytes(packed[: packed.index(b"m2")])
    ground.write("b.jsonl", call(messageId="next"))

    report = land(ground.warehouse, [ground.folder])

    assert report.landed == 3
    assert report.rejected_lines == {"unreadable_rest": 1}
    assert_every_line_is_accounted_for(report)


def test_a_missing_path_stops_all_before_anything_lands(ground: Ground) -> None:
    """
    Not a table is made.
    """
    there = ground.write("a.jsonl", call())

    with pytest.raises(PathMissing):
        land(ground.warehouse, [there, ground.folder / "b.jsonl"])

    assert inspect(ground.warehouse.engine).get_table_names("relyv_raw") == []


def test_a_killed_run_leaves_whole_chunks(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What a chunk wrote before the end is undone; the next run completes it.
    """
    calls = [call("track", messageId=f"m{number}") for number in range(6)]
    path = ground.write("a.jsonl", *calls)
    write = writing.write

    def dying(*arguments: Any) -> Any:
        written = write(*arguments)
        if arguments[2].piles["tracks"].rows.keys() & {("m3",)}:
            raise KeyboardInterrupt
        return written

    with monkeypatch.context() as patched:
        patched.setattr("landing.run.write", dying)
        with pytest.raises(KeyboardInterrupt):
            land(ground.warehouse, [path], chunk_lines=2)

    assert ground.rows("select id from segment.order_completed order by id") == [
        ("m0",),
        ("m1",),
    ]
    report = land(ground.warehouse, [path], chunk_lines=2)
    assert (report.landed, report.duplicates) == (4, 2)


def test_two_landings_at_once_land_a_message_once(
    shared_place: Place, tmp_path: Path
) -> None:
    """
    Two processes, the same files, new tables and new columns.
    """
    with ExitStack() as stack:
        grounds = []
        for name in ("one", "two"):
            home = tmp_path / name
            (home / "in").mkdir(parents=True)
            warehouse = stack.enter_context(shared_place.open(home))
            grounds.append(Ground(warehouse, home / "in"))
        calls = [
            call("track", messageId=f"m{n}", properties={f"p{n}": n}) for n in range(40)
        ]
        start = Barrier(2)

        def land_all(ground: Ground) -> LandingReport:
            start.wait()
            return ground.land(*calls, chunk_lines=10)

        with ThreadPoolExecutor(2) as pool:
            reports = list(pool.map(land_all, grounds))

        assert sum(report.landed for report in reports) == 40
        assert sum(report.duplicates for report in reports) == 40
        assert grounds[0].row("select count(*) from segment.order_completed") == (40,)


def test_progress_reaches_the_bytes_on_disk(ground: Ground) -> None:
    """
    It never goes back, and ends at all of them.
    """
    ground.write("a.jsonl.gz", *(event(event_id=f"e{n}") for n in range(5)))
    ground.write("b.jsonl", session())
    seen: list[LandingProgress] = []

    land(ground.warehouse, [ground.folder], on_progress=seen.append, chunk_lines=2)

    assert [step.lines for step in seen] == [2, 4, 6, 6]
    assert [step.bytes for step in seen] == sorted(step.bytes for step in seen)
    assert (seen[-1].bytes, seen[-1].files) == (seen[-1].bytes_total, 2)


def test_real_calls_and_sessions_are_all_accounted_for(ground: Ground) -> None:
    """
    What Segment's own libraries and another replay tool wrote, or its likeness.
    """
    folder = REAL_DATA if REAL_DATA.is_dir() else likeness(ground)

    report = land(ground.warehouse, [folder])
    again = land(ground.warehouse, [folder])

    lines = sum(len(path.read_bytes().splitlines()) for path in folder.glob("*.jsonl"))
    assert report.lines == lines
    assert report.rejected == len(ground.rejections())
    assert_every_line_is_accounted_for(report)
    assert (again.landed, again.duplicates) == (0, report.landed + report.duplicates)
    assert report.tables["relyv_raw.sessions"].landed == 4
    assert report.tables["relyv_raw.session_events"].landed == 144


def likeness(ground: Ground) -> Path:
    """A few calls as libraries write them, four sessions and 144 events."""
    node: dict[str, Any] = {
        "_metadata": {"nodeVersion": "v20"},
        "integrations": {"Segment.io": True},
    }
    python: dict[str, Any] = {
        "timestamp": "2026-03-01T10:00:00.123456+00:00",
        "anonymousId": None,
    }
    ground.write(
        "segment_calls.jsonl",
        call(**node, context={"externalIds": [{"id": "c1", "type": "crm_id"}]}),
        call("page", **python, name=None, category=None, messageId="messageId"),
        call("group", **python, groupId="g1", messageId="messageId"),
        {"type": "track", "userId": "ann", "event": "python event"},
        {"type": "alias", "previousId": "ann", "messageId": "dropped"},
    )
    ground.write(
        "relyv_sessions.jsonl", *(session(session_id=f"s{n}") for n in range(4))
    )
    ground.write(
        "relyv_session_events.jsonl", *(event(event_id=f"e{n}") for n in range(144))
    )
    return ground.folder
