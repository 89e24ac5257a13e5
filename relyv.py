"""relyv: sessions in, people known, Segment kept up to date. One command, many jobs."""

import gc
import os
import sys

import typer
from typer.core import TyperGroup

from commands import (
    demo,
    identity,
    land,
    lookup,
    sandbox,
    simulate,
    sync,
    timeline,
    ui,
)
from commands.garbage import start_uncollected


class InOrderOfTheFlow(TyperGroup):
    """Lists the commands as the flow runs, groups among them."""

    def list_commands(self, _: object) -> list[str]:
        """The names, in order."""
        return [name for names in PANELS.values() for name in names]


PANELS = {
    "Bring data in": ["land"],
    "Know people": ["lookup", "timeline", "identity"],
    "Send": ["sync"],
    "Try and see": ["demo", "simulate", "sandbox", "dagster", "docs"],
}
IN, KNOW, OUT, TRY = PANELS

app = typer.Typer(
    name="relyv",
    cls=InOrderOfTheFlow,
    help=__doc__,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals hold rows and keys
    add_completion=False,
)

app.command(rich_help_panel=IN)(land.land)
app.command(rich_help_panel=KNOW)(lookup.lookup)
app.command(rich_help_panel=KNOW)(timeline.timeline)
app.add_typer(identity.app, name="identity", rich_help_panel=KNOW)
app.add_typer(sync.app, name="sync", rich_help_panel=OUT)
app.command(rich_help_panel=TRY)(demo.demo)
app.command(rich_help_panel=TRY)(simulate.simulate)
app.add_typer(sandbox.app, name="sandbox", rich_help_panel=TRY)
app.command(rich_help_panel=TRY)(ui.dagster)
app.command(rich_help_panel=TRY)(ui.docs)


def main() -> None:
    """Run the command line. What goes wrong ends as a sentence and an exit code."""
    start_uncollected()
    try:
        app()
    except Exception as error:
        sentence, exit_code = _explained(error)
        if sentence is None or os.environ.get("RELYV_TRACEBACK"):
            raise
        typer.secho(sentence, fg="red", err=True)
        sys.exit(exit_code)
    finally:
        # Python looks for garbage once more when it ends, among all that was imported:
        # a tenth of a second, and the memory is the system's anyway.
        gc.freeze()


def _explained(error: Exception) -> tuple[str | None, int]:
    """The sentence and the exit code for what went wrong, if it is a known thing."""
    from sqlalchemy.exc import DBAPIError

    from warehouse.errors import RelyvError

    if isinstance(error, RelyvError):
        return str(error), error.exit_code
    if isinstance(error, DBAPIError) and _is_of_missing_table(error.orig):
        sentence = "A table is not there. Has `dbt build` run on this target?"
        return sentence, RelyvError.exit_code
    if isinstance(error, DBAPIError):
        # A driver's message may quote a row: it is for those who ask for it.
        sentence = (
            f"The warehouse refused a statement ({type(error.orig).__name__}). "
            "RELYV_TRACEBACK=1 shows it; mind that it can quote data."
        )
        return sentence, RelyvError.exit_code
    return None, 1


def _is_of_missing_table(error: BaseException | None) -> bool:
    """As DuckDB, PostgreSQL and Snowflake each say it."""
    name = type(error).__name__
    return name in ("CatalogException", "UndefinedTable") or (
        getattr(error, "errno", None) == 2003
    )


if __name__ == "__main__":
    main()
