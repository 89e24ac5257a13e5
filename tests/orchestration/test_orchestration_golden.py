"""What Dagster shows is what somebody looked at, line by line."""

from difflib import unified_diff

from orchestration.definitions import flow
from orchestration.project import Project
from tests.orchestration.golden import FILE, RENEW, lines_of


def test_dagster_shows_what_it_showed(project: Project) -> None:
    """
    No asset, check, job, schedule or sensor comes or goes unnoticed.
    """
    was, shown = FILE.read_text().splitlines(), list(lines_of(flow(project)))

    diff = "\n".join(unified_diff(was, shown, "golden.txt", "now", n=0, lineterm=""))
    assert not diff, f"If it is meant, `{RENEW}` writes it anew:\n{diff}"
