"""`relyv docs` in a browser: the lineage can be walked from raw table to Segment."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from orchestration.docs_page import write_page
from orchestration.project import Project
from tests.conftest import ROOT

RAW = "source.relyv_segment.relyv.sessions"
NAMED = "exposure:segment_profile_traits"
# Something of the graph is painted: not every dot of the picture has one colour.
DRAWN = """() => [...document.querySelectorAll('canvas')].some(canvas => {
    const {width, height} = canvas;
    const dots = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    return dots.some(dot => dot !== dots[0]);
})"""
# Kept for the README: the last run of this test is what it shows.
PICTURE = ROOT / "docs" / "images" / "lineage.jpg"
SENT = "exposure.relyv_segment.segment_profile_traits"


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, as one file in a folder of its own."""
    folder = tmp_path_factory.mktemp("docs")
    project = Project(folder=ROOT, target="demo")
    return write_page(project, folder / "index.html")


@pytest.fixture(scope="module")
def lineage(docs: Path) -> Mapping[str, Any]:
    """What dbt knows of the project, as it was when it wrote the page."""
    manifest = json.loads((ROOT / "target" / "manifest.json").read_text())
    return dict(manifest)


def way(children: Mapping[str, Sequence[str]], start: str, end: str) -> list[str]:
    """The shortest way downstream, both ends included."""
    came_from: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for child in children.get(node, ()):
            if child not in came_from and not child.startswith("test."):
                came_from[child] = node
                queue.append(child)
    steps, node_or_none = [], came_from[end] and end
    while node_or_none:
        steps.append(node_or_none)
        node_or_none = came_from[node_or_none]
    return steps[::-1]


def test_the_last_replay_is_followed_from_the_raw_table_to_segment(
    page: Page, docs: Path, lineage: Mapping[str, Any]
) -> None:
    """
    Model by model, by the links that a person would click; no network is needed.
    """
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    steps = way(lineage["child_map"], RAW, SENT)
    page.goto(f"{docs.as_uri()}#!/source/{RAW}")

    for step in steps[1:-1]:
        page.locator(f'a[href="#!/model/{step}"]:visible').first.click()
        expect(page.locator("h1:visible")).to_contain_text(step.split(".")[-1])
    page.get_by_text("Exposures", exact=True).last.click()
    page.locator(f'a[href="#!/exposure/{SENT}"]:visible').first.click()

    expect(page.locator("body")).to_contain_text("last_replay_url")
    expect(page.locator("body")).to_contain_text("support@example.com")
    assert [url for url in asked if url.startswith("http")] == []


def test_the_page_calls_nobody(page: Page, docs: Path) -> None:
    """
    Not even where dbt's tracking is switched on, and its tracker is named again.
    """
    address, asked = "http://docs.example/", []
    text = docs.read_text()
    for old, new in (
        ('"send_anonymous_usage_stats": false', '"send_anonymous_usage_stats": true'),
        ('i.src=""', 'i.src="//tracker.example/sp.js"'),
    ):
        assert old in text
        text = text.replace(old, new)

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=text, content_type="text/html")

    page.route("**/*", answer)
    page.goto(f"{address}#!/source/{RAW}")

    expect(page.locator("h1:visible")).to_contain_text("sessions")
    page.wait_for_load_state("networkidle")
    assert asked == [address]


def test_the_graph_opens(page: Page, docs: Path) -> None:
    """
    As a picture: four steps of it upstream of what is sent.
    """
    page.set_viewport_size({"width": 1400, "height": 700})
    page.goto(f"{docs.as_uri()}#!/exposure/{SENT}?g_v=1&g_i=4%2B{NAMED}")

    expect(page.locator("canvas").first).to_be_visible()
    page.wait_for_function(DRAWN)
    page.screenshot(path=PICTURE, type="jpeg", quality=60)
