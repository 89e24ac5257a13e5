"""Input that nobody here made up, from the file to Segment.

Messages as Segment's own libraries write them, and another tool's export, lie beside
the project where there is a `shared/data`. A sample of the same kind is always there.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from landing import LandingReport, land
from orchestration.dbt import build
from sync import RunReport, read_syncs, run_sync
from tests.conftest import ROOT
from tracking.sandbox.inspection import Inspection
from warehouse import Warehouse, open_warehouse

SAMPLES = ROOT / "tests" / "samples"
SHARED = ROOT.parent / "shared" / "data"
FOLDERS = [folder for folder in (SAMPLES, SHARED) if folder.exists()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sandbox_url: str) -> Iterator[Path]:
    """A folder with a profile and a warehouse of its own."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PROFILES_DIR", str(folder))
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder))
        patch.setenv("RELYV_DUCKDB_PATH", str(folder / "relyv.duckdb"))
        patch.setenv("RELYV_SANDBOX_URL", sandbox_url)
        yield folder


@pytest.fixture(scope="module")
def landed(home: Path) -> dict[str, LandingReport]:
    """What became of each folder's lines."""
    with open_warehouse(ROOT, "demo") as warehouse:
        return {folder.name: land(warehouse, [folder]) for folder in FOLDERS}


@pytest.fixture(scope="module")
def sent(
    home: Path, landed: dict[str, LandingReport], sandbox_url: str
) -> dict[str, RunReport]:
    """What each sync sent after a build."""
    with Inspection(sandbox_url) as inspection:
        inspection.reset()
    build(ROOT, target="demo")
    with open_warehouse(ROOT, "demo") as warehouse:
        syncs = read_syncs(
            home / "target" / "manifest.json", kind="duckdb", schema="relyv"
        )
        return {name: run_sync(warehouse, sync) for name, sync in syncs.items()}


def rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with warehouse.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_every_line_lands_or_is_rejected_with_a_reason(
    landed: dict[str, LandingReport],
) -> None:
    """
    No line is dropped in silence, and none stops the rest.
    """
    for folder in FOLDERS:
        report = landed[folder.name]
        lines = [
            line
            for file in sorted(folder.glob("*.jsonl"))
            for line in file.read_text().splitlines()
            if line.strip()
        ]
        assert report.records == len(lines)
        assert report.landed + report.duplicates + report.rejected == len(lines)
    assert landed["samples"].rejected_lines == {
        "no_user_anon_id": 1,
        "not_json": 1,
        "unknown_shape": 1,
    }


def test_a_build_and_a_sync_follow_without_an_error(
    sent: dict[str, RunReport], sandbox_url: str
) -> None:
    """
    The sample's one person is known by the id of their alias, and reported a bug.
    """
    with Inspection(sandbox_url) as inspection:
        profiles = {p.get("user_id"): p["traits"] for p in inspection.profiles()}
        events = inspection.summary()["by_event"]

    assert not any(report.rejected for report in sent.values())
    assert profiles["sample-user-2"]["sessions_count"] == 1
    assert events["Bug Reported"] == 1


def test_typed_text_never_lands(home: Path, landed: dict[str, LandingReport]) -> None:
    """
    What somebody typed stays where it was typed.
    """
    with open_warehouse(ROOT, "demo") as warehouse:
        columns = rows(
            warehouse,
            "select column_name from information_schema.columns "
            "where table_schema = 'relyv_raw'",
        )

    assert ("value",) not in columns


def test_the_export_of_a_monitor_comes_out_as_bots(
    home: Path, sent: dict[str, RunReport]
) -> None:
    """
    A machine that checks a shop clicks on things that are dead, and nobody hears of it.
    """
    with open_warehouse(ROOT, "demo") as warehouse:
        found = rows(
            warehouse,
            """
            select
                scores.frustration_score,
                scores.score_excluded_reason,
                exclusions.bot_rule,
                (
                    select count(*) from relyv_events.forwardable_parts as parts
                    where parts.session_id = sessions.session_id
                ) as told,
                (
                    select count(*) from relyv_frustration.session_signals as found
                    where found.session_id = sessions.session_id
                ) as signals
            from relyv_sessions.sessions as sessions
            inner join relyv_frustration.session_scores as scores using (session_id)
            left join relyv_frustration.session_exclusions as exclusions
                using (session_id)
            where sessions.user_agent like '%Rigor%'
            """,
        )

    monitors = 1 + 4 * SHARED.exists()
    assert [row[:-1] for row in found] == [(None, "bot", "user_agent", 0)] * monitors
    assert any(row[-1] for row in found)
