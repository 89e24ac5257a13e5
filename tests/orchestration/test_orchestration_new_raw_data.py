"""The flow starts when something has landed, and the warehouse is left in peace."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunRequest,
    SensorResult,
    build_sensor_context,
    define_asset_job,
    materialize,
)

from landing import land
from orchestration.new_raw_data import AT_REST_SECONDS, new_raw_data
from orchestration.newest_rows import read_newest
from orchestration.project import Project
from orchestration.raw_tables import raw_tables
from tests.held_files import held_elsewhere
from tests.warehouses import Place
from warehouse import open_warehouse

SESSIONS = AssetKey(["landing", "relyv", "sessions"])
CALLS = AssetKey(["landing", "segment", "identifies"])
SOURCES: dict[AssetKey, dict[str, Any]] = {
    SESSIONS: {
        "source_name": "relyv",
        "schema": "relyv_raw",
        "name": "sessions",
        "identifier": "sessions",
        "description": "",
        "loaded_at_field": "_loaded_at",
    },
    CALLS: {
        "source_name": "segment",
        "schema": "segment",
        "name": "identifies",
        "identifier": "identifies",
        "description": "",
        "loaded_at_field": "received_at",
    },
}


class Watch:
    """The sensor over one project, tick by tick."""

    def __init__(self, project: Project, instance: DagsterInstance) -> None:
        self.project = project
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> RunRequest | str:
        """The run that it asks for, or why it asks for none."""
        sensor = new_raw_data(self.project, SOURCES, define_asset_job("whole_flow"))
        context = build_sensor_context(instance=self.instance, cursor=self.cursor)
        result: Any = sensor(context)
        if not isinstance(result, SensorResult):
            return str(result.skip_message)
        self.cursor = result.cursor
        if result.run_requests:
            [request] = result.run_requests
            return request
        assert result.skip_reason
        return str(result.skip_reason.skip_message)

    def land_by_hand(self, name: str) -> None:
        with open_warehouse(self.project.folder) as opened:
            land(opened, [session_file(self.project.folder / "elsewhere", name)])

    def run_the_landing(self) -> None:
        assert materialize(
            [raw_tables(self.project, SOURCES)], instance=self.instance
        ).success


def session_file(folder: Path, name: str) -> Path:
    """A file with one session, written a while ago."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.jsonl"
    file.write_bytes(
        orjson.dumps({"session_id": name, "started_at": "2026-01-01T10:00:00Z"})
    )
    long_ago = time.time() - 2 * AT_REST_SECONDS
    os.utime(file, (long_ago, long_ago))
    return file


@pytest.fixture
def watch(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watch]:
    """The sensor, where nothing has landed yet; a server may be asked at each tick."""
    monkeypatch.setenv("RELYV_WATCH_ROWS_MINUTES", "0.0001")
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    place.write_project(tmp_path)
    (tmp_path / "files").mkdir()
    with DagsterInstance.ephemeral() as instance:
        yield Watch(Project(folder=tmp_path, landing_paths=(Path("files"),)), instance)


def test_new_files_start_the_flow_once(watch: Watch) -> None:
    """
    And again when one more is there, or one has grown.
    """
    folder = watch.project.folder / "files"

    empty = watch.tick()
    session_file(folder, "a")
    first, second = watch.tick(), watch.tick()
    session_file(folder, "b")
    third = watch.tick()

    assert (empty, second) == ("Nothing new.", "Nothing new.")
    assert isinstance(first, RunRequest)
    assert isinstance(third, RunRequest)
    assert first.run_key != third.run_key


def test_a_file_that_is_being_written_is_waited_for(watch: Watch) -> None:
    """
    Half a file would land half, and the flow would run twice.
    """
    file = session_file(watch.project.folder / "files", "a")
    os.utime(file)

    told = watch.tick()

    assert "it may grow" in str(told)
    assert watch.cursor is None


def test_a_path_that_is_not_there_is_a_sentence(watch: Watch) -> None:
    """
    Not a red sensor with a stack trace.
    """
    (watch.project.folder / "files").rmdir()

    assert "files is not there" in str(watch.tick())


def test_rows_that_came_another_way_start_the_flow(watch: Watch) -> None:
    """
    `relyv land` by hand, or Segment's own warehouse destination.
    """
    watch.land_by_hand("a")

    first, second = watch.tick(), watch.tick()
    watch.land_by_hand("b")
    third = watch.tick()

    assert isinstance(first, RunRequest)
    assert second == "Nothing new."
    assert isinstance(third, RunRequest)


def test_rows_that_the_flow_landed_itself_start_no_other(watch: Watch) -> None:
    """
    Else each run would be followed by one in vain.
    """
    session_file(watch.project.folder / "files", "a")
    started = watch.tick()
    watch.run_the_landing()

    assert isinstance(started, RunRequest)
    assert watch.tick() == "Nothing new."


def test_nothing_starts_while_a_run_is_under_way(watch: Watch) -> None:
    """
    A DuckDB file has one writer, and the run may be landing it already.
    """
    session_file(watch.project.folder / "files", "a")
    run = DagsterRun(job_name="any", run_id="1", status=DagsterRunStatus.STARTED)
    watch.instance.add_run(run)

    assert "under way" in str(watch.tick())
    assert watch.cursor is None


def test_the_newest_row_is_told_in_utc(watch: Watch) -> None:
    """
    Of each table that is there and has the column; one without rows has none.
    """
    before = datetime.now(UTC).replace(microsecond=0)
    watch.land_by_hand("a")

    with open_warehouse(watch.project.folder) as opened:
        newest = read_newest(opened, SOURCES)
        unnamed = {**SOURCES[SESSIONS], "loaded_at_field": "no_such_column"}
        without = read_newest(opened, {SESSIONS: unnamed})

    assert list(newest) == [SESSIONS]
    assert without == {}
    assert before <= newest[SESSIONS] <= datetime.now(UTC)


@pytest.fixture
def file(watch: Watch) -> str:
    """The DuckDB file, with something in it."""
    watch.land_by_hand("a")
    return str(
        orjson.loads((watch.project.folder / "profiles.yml").read_bytes())[
            "relyv_segment"
        ]["outputs"]["demo"]["path"]
    )


@pytest.mark.only_on("duckdb")
def test_a_duckdb_file_that_nobody_wrote_is_not_opened(
    watch: Watch, file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    The tick does not even notice that somebody else has it.
    """
    assert isinstance(watch.tick(), RunRequest)
    with held_elsewhere(file, read_only=True):
        assert watch.tick() == "Nothing new."

    assert "not_asked" not in capfd.readouterr().err


@pytest.mark.only_on("duckdb")
def test_a_duckdb_file_that_somebody_holds_is_asked_later(
    watch: Watch, file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    At once, without waiting for it; the next tick asks again.
    """
    with held_elsewhere(file):
        assert watch.tick() == "Nothing new."

    assert "not_asked because=WarehouseBusy" in capfd.readouterr().err


# A file tells by its own time that it was written, at no cost.
@pytest.mark.only_on("postgres", "snowflake")
def test_a_server_is_asked_no_more_often_than_it_was_said(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A warehouse that sleeps is not woken every minute; 0 lets it sleep.
    """
    monkeypatch.setenv("RELYV_WATCH_ROWS_MINUTES", "60")
    watch.tick()
    watch.land_by_hand("a")

    within_the_hour = watch.tick()
    monkeypatch.setenv("RELYV_WATCH_ROWS_MINUTES", "0")
    watch.cursor = None
    never = watch.tick()

    assert (within_the_hour, never) == ("Nothing new.", "Nothing new.")
