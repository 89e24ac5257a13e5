"""relyv identity: how well people are told apart, and why."""

from pathlib import Path
from typing import Annotated

import typer

from commands.explanation import told
from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import out, print_json

app = typer.Typer(no_args_is_help=True, help="Who is who, and why.")


@app.callback()
def group() -> None:
    """Who is who: how well people are told apart, and why they are."""


@app.command()
def report(
    target: Target = None,
    project_dir: ProjectDir = HERE,
    truth: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The simulator's truth.jsonl.gz: adds precision and recall.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, help="Of each, at most so many; they are personal.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """
    Count profiles and identifiers, and name what a person should look at.

    With the truth of a simulated world, also say how right the graph is, beside three
    other methods on the same rows. Precision: of the pairs of sessions that share a
    profile, how many share a person. Recall: of the pairs that share a person, how
    many share a profile.
    """
    from commands import identity_report
    from reports.identity import report_identity
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        found = report_identity(warehouse, truth=truth, examples=examples)
    if as_json:
        print_json(found)
        return
    for line in identity_report.standing(found):
        out.print(line)
    if found.largest:
        out.print(identity_report.largest(found))
    if found.newest_merges:
        out.print(identity_report.newest_merges(found))
    if found.mismatches:
        out.print(identity_report.mismatches(found))
    if found.accuracy:
        out.print(identity_report.accuracy(found))


@app.command()
def explain(
    value: Annotated[
        str, typer.Argument(help="An e-mail, a user id, a CRM id, an anonymous id.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    as_json: AsJson = False,
) -> None:
    """
    Say why an identifier belongs where it does.

    The chain of events from it to the identifier that names its profile; or the people
    who share it, and how each comes by it; or that it is quarantined, blocked, over a
    limit or forgotten. What is shown is personal.
    """
    from reports.identity import explain_identifier
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        found = explain_identifier(warehouse, value)
    if as_json:
        print_json(found)
    else:
        for line in told(found):
            out.print(line, markup=False)
    if found[0].verdict == "unknown":
        raise typer.Exit(1)
