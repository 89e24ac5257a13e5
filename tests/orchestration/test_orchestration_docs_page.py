"""`relyv docs`, as far as it goes without a browser."""

import re
from pathlib import Path
from typing import Any

import pytest

from orchestration.docs_page import POLICY, write_page
from tests.orchestration.conftest import ROOT, WAREHOUSE, project_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docs_page")


@pytest.fixture(scope="module")
def page(folder: Path, manifest: dict[str, Any], sandbox_url: str) -> str:
    """The page of the real project, where no warehouse is yet."""
    with project_in(folder, manifest, sandbox_url) as project:
        return write_page(project, folder / "shown" / "index.html").read_text()


def test_a_page_is_written_without_a_warehouse_and_makes_none(
    page: str, folder: Path
) -> None:
    """
    The demo would take a file that somebody else made for a person's own.
    """
    assert not (folder / WAREHOUSE).exists()
    assert "exposure.relyv_segment.segment_profile_traits" in page


def test_the_page_names_no_folder_of_this_machine(page: str) -> None:
    """
    It is made to be passed on.
    """
    assert str(ROOT) not in page


def test_the_page_names_no_host_that_it_would_call(page: str) -> None:
    """
    dbt's own names a tracker twice: a script to load, and where to report to.
    """
    loaded = re.findall(r"""\bsrc\s*=\s*["']((?:https?:)?//[^"']+)""", page)

    assert loaded == []
    assert "sinter-collect" not in page
    assert page.index(POLICY) < page.index("<script")
