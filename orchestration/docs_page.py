"""dbt's documentation as one static page: lineage, models, columns, exposures.

dbt writes the page; a file is all of it, so it can be mailed, or put on any web server.
It calls nobody: dbt's own page can load a tracker, and names it in any case.
"""

import re
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route

from orchestration.dbt import run_dbt
from orchestration.project import Project, prepare_manifest
from warehouse import read_profile

# What a page without a warehouse is made of: the manifest, and no look at tables.
WITHOUT_TABLES = ["--no-compile", "--empty-catalog"]
# What the page holds itself may run and be shown; nothing is fetched, from anywhere.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:"
)
TRACKER = re.compile(r"//[\w.-]+\.cloudfront\.net/[\w./-]+|[\w-]+\.sinter-collect\.com")


def write_page(project: Project, out: Path | None) -> Path:
    """
    Have dbt write the page; types and sizes in it are those of the target's tables.

    Where a DuckDB file is not there yet, none is made: the page then has no types.
    The page names no folder of this machine, so that it can be shown to anybody.

    Args:
        project: Where dbt's project and its `target` folder are.
        out: The file to write; else it is dbt's own, in the `target` folder.

    Returns:
        Where the page is.

    Raises:
        DbtFailed: dbt could not write it.
    """
    generate = ["docs", "generate", "--static"]
    generate += ["--target-path", str(project.target_path)]
    if not _has_warehouse(project):
        prepare_manifest(project)
        generate += WITHOUT_TABLES
    run_dbt(project.folder, generate, target=project.target)
    page = project.manifest_path.with_name("static_index.html")
    out = out or page
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(_for_anybody(page.read_text(), project.folder))
    return out


def _for_anybody(text: str, folder: Path) -> str:
    """The page without this machine's folders, and without a way to call anybody."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    text = text.replace(str(folder), ".").replace("<head>", f"<head>{policy}", 1)
    return TRACKER.sub("", text)


def _has_warehouse(project: Project) -> bool:
    """A server is there or says that it is not; a DuckDB file would be made."""
    profile = read_profile(project.folder, project.target)
    if profile.kind != "duckdb":
        return True
    return (project.folder / str(profile.settings["path"])).exists()


def serve_page(page: Path, port: int) -> None:
    """Show the page on this machine alone, until Ctrl-C."""

    def index(_: object) -> FileResponse:
        return FileResponse(page, media_type="text/html")

    app = Starlette(routes=[Route("/", index)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
