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
        typer.Option(help="The simulator's truth.jsonl.gz: adds precision and recall."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    Count profiles and identifiers; with the truth at hand, say how right they are.

    Precision: of the pairs of sessions that share a profile, how many share a person.
    Recall: of the pairs that share a person, how many share a profile.
    """
    from reports.identity import report_identity
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        found = report_identity(warehouse, truth=truth)
    if as_json:
        print_json(found)
        return
    out.print(f"profiles       {found.profiles:>10,}")
    out.print(f"  known        {found.known:>10,}")
    out.print(f"  anonymous    {found.profiles - found.known:>10,}")
    for status, number in found.identifiers.items():
        out.print(f"identifiers, {status:<11} {number:>7,}")
    if found.accuracy:
        right = found.accuracy
        out.print(f"sessions compared {right.sessions:>7,}")
        out.print(f"precision  {right.precision:>13.4f}")
        out.print(f"recall     {right.recall:>13.4f}")
        out.print(f"F1         {right.f1:>13.4f}")


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
