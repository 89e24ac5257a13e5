"""`relyv dagster` in a browser: the flow is seen, a sync is run, a failure shows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live_dagster import LiveDagster, live_dagster
from tests.conftest import ROOT
from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import sandbox_process

SYNC = "segment_session_started"
MODEL = f"relyv_syncs.sync_{SYNC}"
GROUPS = {
    *("landing", "seeds", "staging", "identity", "sessions", "frustration"),
    *("traits", "events", "lookup", "syncs", "segment"),
}
# Dagster's page asks again every few seconds, on a machine that may be busy.
WAIT = 60_000.0
# Once in the list at the left, and once in the picture.
EVERY_NAME_TWICE = """names => names.every(name =>
    [...document.querySelectorAll('*')].filter(
        each => !each.children.length && each.textContent.trim() === name
    ).length >= 2
)"""
# Kept for the README: the last run of these tests is what they show.
IMAGES = ROOT / "docs" / "images"


@pytest.fixture(scope="module")
def sandbox_of_page() -> Iterator[str]:
    """The Segment that the page sends to."""
    with sandbox_process() as url:
        yield url


@pytest.fixture(scope="module")
def live(
    sandbox_of_page: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveDagster]:
    """The page, over a small world that was landed and built."""
    folder = tmp_path_factory.mktemp("live")
    with live_dagster(folder, sandbox_of_page, sync=SYNC) as live:
        yield live


@pytest.mark.timeout(900)
def test_the_lineage_shows_every_group(page: Page, live: LiveDagster) -> None:
    """
    From landing to what is sent, and no dialog in front of it; no network is asked.
    """
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1400, "height": 700})

    page.goto(f"{live.url}/asset-groups")

    page.wait_for_function(EVERY_NAME_TWICE, arg=sorted(GROUPS), timeout=WAIT)
    assert live.groups() == GROUPS
    assert page.get_by_role("dialog").count() == 0
    page.screenshot(path=IMAGES / "dagster-lineage.jpg", type="jpeg", quality=60)
    beyond = [url for url in asked if not url.startswith((live.url, "blob:"))]
    assert beyond == []


@pytest.mark.timeout(900)
def test_a_sync_is_run_from_the_page_and_shows_what_was_rejected(
    page: Page, live: LiveDagster, sandbox_of_page: str
) -> None:
    """
    One click sends it; its numbers, its reasons and the failed check are then seen.
    """
    live.sql(
        f"update {MODEL} set user_id = null, anonymous_id = null "
        f"where event_id = (select min(event_id) from {MODEL})"
    )
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.goto(f"{live.url}/assets/segment/{SYNC}")

    page.get_by_role("button", name="Materialize").first.click(timeout=WAIT)
    # The model was built outside of this Dagster, which says so.
    page.get_by_role("button", name="Confirm").click(timeout=WAIT)
    outcome = live.last_run()
    with Inspection(sandbox_of_page) as sandbox:
        sent = sandbox.summary()["accepted"]

    assert outcome == "SUCCESS"
    assert sent > 0
    assert live.failed_checks(SYNC) == {"no_row_was_rejected"}
    page.goto(f"{live.url}/assets/segment/{SYNC}")
    for fact in ("rejected", "rejections", "last_runs", "calls_this_month", "examples"):
        expect(page.get_by_text(fact, exact=True).first).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Latest check results")).to_be_visible(timeout=WAIT)
    page.screenshot(path=IMAGES / "dagster-sync.jpg", type="jpeg", quality=60)
    page.goto(f"{live.url}/assets/segment/{SYNC}?view=checks")
    page.get_by_text("no_row_was_rejected").first.click(timeout=WAIT)
    for said in ("Every row of the plan was accepted.", "Failed", "Evaluation result"):
        expect(page.get_by_text(said, exact=True).first).to_be_visible(timeout=WAIT)
    page.screenshot(path=IMAGES / "dagster-check.jpg", type="jpeg", quality=60)
