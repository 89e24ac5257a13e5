"""A real browser, from the system: Playwright's own download is not needed."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, headless."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    assert found, "Chromium is needed: apt-get install chromium"
    with sync_playwright() as playwright:
        # Root in a container has no namespaces to build a sandbox from.
        started = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox"]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page; whatever it asks of a network beyond this machine fails."""
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    yield opened
    opened.close()
