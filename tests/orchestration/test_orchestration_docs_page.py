"""`relyv docs`, as far as it goes without a browser."""

from pathlib import Path

import pytest

from orchestration.docs_page import write_page
from orchestration.project import Project


@pytest.fixture
def page(project: Project, tmp_path: Path) -> str:
    """The page of the real project, where no warehouse is yet."""
    return write_page(project, tmp_path / "shown" / "index.html").read_text()


def test_a_page_is_written_without_a_warehouse_and_makes_none(
    page: str, warehouse_file: Path
) -> None:
    """
    The demo would take a file that somebody else made for a person's own.
    """
    assert not warehouse_file.exists()
    assert "exposure.relyv_segment.segment_profile_traits" in page


def test_the_page_names_no_folder_of_this_machine(page: str, project: Project) -> None:
    """
    It is made to be passed on.
    """
    assert str(project.folder) not in page
