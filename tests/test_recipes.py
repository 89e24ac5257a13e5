"""The recipes of the docs, followed to the letter in a copy of the project."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import World, simulate
from sync import RunOptions, read_syncs, run_sync
from tests.dbt_runs import PROJECT, run_dbt
from tests.warehouse.worlds import END, Built
from tests.warehouses import Places
from tracking.sandbox.inspection import Inspection

EVENT, TRAITS = "segment_checkout_error", "segment_profile_traits"


@pytest.fixture(scope="module")
def built(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A project with an event and a trait more, built for their exposures alone."""
    folder = tmp_path_factory.mktemp("recipes")
    project = copied_project(folder / "project")
    add_the_event(project)
    add_the_trait(project)
    simulate(World(people=300, days=30, seed=7, end=END), folder / "world")
    with places.new("duckdb") as place:
        built = Built(place, folder, folder / "world")
        built.land("raw", END)
        exposures = [f"+exposure:{name}" for name in (EVENT, TRAITS)]
        run_dbt(
            folder,
            *("build", "--exclude-resource-type", "unit_test", "--select", *exposures),
            project=project,
            as_of=str(END),
        )
        yield built


def copied_project(folder: Path) -> Path:
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    return folder


def add_the_event(project: Path) -> None:
    """Each block of docs/add-an-event.md is the file that is named before it."""
    text = (PROJECT / "docs" / "add-an-event.md").read_text()
    files = re.findall(r"`(models/\S+)`.*?```(?:sql|yaml)\n(.*?)```", text, re.S)

    assert [Path(name).suffix for name, _ in files] == [".sql", ".yml"]
    for name, contents in files:
        (project / name).write_text(contents)


def add_the_trait(project: Path) -> None:
    """
    The blocks of docs/add-a-trait.md: a line of SQL, its line of yml; and an e-mail
    address, with the word of the exposure.
    """
    text = (PROJECT / "docs" / "add-a-trait.md").read_text()
    blocks = re.findall(r"```(?:sql|yaml)\n(.*?)```", text, re.S)
    column, line, email = (block.strip() for block in blocks)
    replace_once(
        project / "models/traits/custom_traits.sql",
        column.splitlines()[0].removesuffix(","),
        column,
    )
    last = "- {name: last_bug_reported_at"
    replace_once(
        project / "models/syncs/_syncs__models.yml",
        last,
        f"{line}\n      {email}\n      {last}",
    )
    assert "`personal: {email: send}`" in text
    call = "          call: identify\n"
    replace_once(
        project / "models/syncs/_syncs__exposures.yml",
        call,
        f"{call}          personal: {{email: send}}\n",
    )


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_the_event_and_the_trait_arrive(
    built: Built,
    sandbox_url: str,
    sandbox: Inspection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Each failed click at the checkout is one event, and each person has the new trait.
    """
    monkeypatch.setenv("RELYV_SANDBOX_URL", sandbox_url)
    with built.open() as warehouse:
        syncs = read_syncs(
            built.folder / "target" / "manifest.json",
            kind=warehouse.kind,
            schema=warehouse.schema,
        )
        for name in (EVENT, TRAITS):
            run_sync(warehouse, syncs[name], RunOptions())

    arrived = sandbox.summary()["by_event"]
    (clicks,) = built.row(
        "select count(*) from relyv_frustration.session_signals as s "
        "inner join relyv_sessions.session_events as e "
        "on s.evidence_event_id = e.event_id "
        "inner join relyv_events.forwardable_sessions as f "
        "on s.session_id = f.session_id "
        "where s.signal_name = 'error_click' and e.page_path like '/checkout%'"
    )
    mobile = dict(
        built.rows(
            "select user_id, count(case when device_type = 'mobile' then 1 end) "
            "from relyv_sessions.sessions as s "
            "inner join relyv_frustration.session_scores as f "
            "on s.session_id = f.session_id "
            "where coalesce(score_excluded_reason, 'too_short') = 'too_short' "
            "and user_id is not null group by 1"
        )
    )
    traits = {
        profile["user_id"]: profile["traits"]
        for profile in sandbox.profiles()
        if "user_id" in profile
    }
    assert arrived == {"Checkout Error": clicks}
    assert clicks
    assert {
        user_id: each["mobile_sessions_count"] for user_id, each in traits.items()
    } == mobile
    assert any(mobile.values())
    assert any("@" in each.get("email", "") for each in traits.values())
