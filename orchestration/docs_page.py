"""dbt's documentation as one static page: lineage, models, columns, exposures.

dbt writes the page; a file is all of it, so it can be mailed, or put on any web server.
"""

import shutil
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route

from orchestration.dbt import run_dbt

PAGE = Path("target") / "static_index.html"


def write_page(project_dir: Path, *, target: str | None, out: Path | None) -> Path:
    """
    Have dbt write the page; types and sizes in it are those of the target's tables.

    Args:
        project_dir: The folder of dbt_project.yml.
        target: The dbt target; else the profile's own.
        out: Where a copy of it goes; else it stays in dbt's `target` folder.

    Returns:
        Where the page is.

    Raises:
        DbtFailed: dbt could not write it.
    """
    run_dbt(project_dir, ["docs", "generate", "--static"], target=target)
    page = project_dir / PAGE
    if out is None:
        return page
    out.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(page, out))


def serve_page(page: Path, port: int) -> None:
    """Show the page on this machine alone, until Ctrl-C."""

    def index(_: object) -> FileResponse:
        return FileResponse(page, media_type="text/html")

    app = Starlette(routes=[Route("/", index)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
