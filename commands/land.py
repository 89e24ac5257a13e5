"""relyv land: files into the raw tables."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import bar, out, print_json

Paths = Annotated[
    list[Path],
    typer.Argument(help="Files of JSON lines, plain or gzipped, or folders of them."),
]


def land(
    paths: Paths,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    as_json: AsJson = False,
    segment_schema: Annotated[
        str | None,
        typer.Option(
            help="Schema for Segment calls, one for each source. Default: the first of "
            "the var `segment_schemas`.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """
    Land Segment calls and Relyv exports from files.

    Each line is recognised by its shape. A message lands once however often it is
    delivered, and a line that cannot land goes to `relyv_raw.landing_rejections` with
    its file, its number and the reason; the rest lands.
    """
    from landing import land as land_files
    from warehouse import open_warehouse, project_variables

    variables: Any = project_variables(project_dir)
    with open_warehouse(project_dir, target) as warehouse, bar("Landing") as shown:
        report = land_files(
            warehouse,
            paths,
            segment_schema=segment_schema or variables["segment_schemas"][0],
            relyv_schema=variables["relyv_raw_schema"],
            on_progress=lambda step: shown.at(step.bytes, step.bytes_total),
        )
    if as_json:
        print_json(report)
        return
    for table, count in report.tables.items():
        if count.landed or count.duplicates:
            again = f", {count.duplicates:,} were here" if count.duplicates else ""
            out.print(f"  {table:<32} {count.landed:>10,} landed{again}")
    for reason, number in report.rejected_lines.items():
        out.print(f"  rejected: {reason:<22} {number:>10,} lines")
    for reason, number in report.rejected_fields.items():
        out.print(f"  left empty: {reason:<20} {number:>10,} values")
    out.print(f"{report.lines:,} lines of {report.files} files, {report.seconds:.1f} s")
