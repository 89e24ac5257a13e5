"""relyv sandbox: a Segment to run on a laptop, and what it has received."""

import errno
from typing import TYPE_CHECKING, Annotated

import typer

from commands.screen import aside, out, print_json

if TYPE_CHECKING:
    from tracking.sandbox.inspection import Inspection

app = typer.Typer(invoke_without_command=True)
Url = Annotated[
    str, typer.Option("--url", envvar="RELYV_SANDBOX_URL", help="Where it runs.")
]
DEFAULT_URL = "http://127.0.0.1:8765"


@app.callback()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Where to listen, on this machine.")] = 8765,
    latency: Annotated[
        float, typer.Option(help="Seconds that every answer takes.")
    ] = 0.0,
) -> None:
    """
    Run a Segment on this laptop until Ctrl-C, or ask a running one what arrived.

    It takes what Segment takes, answers 200 to nearly everything, drops in silence what
    Segment drops, and keeps each messageId once in 24 hours. Beside the Tracking API it
    has a Unify space (Profile API, tables of Profiles Sync), the Public API's deletions
    and suppressions, and signed webhooks; it can be told to fail. docs/sandbox.md
    """
    if context.invoked_subcommand:
        return
    from tracking.sandbox.server import serve as run

    aside.print(f"A Segment for this laptop: http://127.0.0.1:{port} (Ctrl-C ends it)")
    try:
        run("127.0.0.1", port, latency_seconds=latency)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise typer.BadParameter(
            f"Port {port} is taken, perhaps by another sandbox: take another --port."
        ) from None


@app.command()
def summary(url: Url = DEFAULT_URL) -> None:
    """Count what arrived, what was kept, dropped and de-duplicated."""
    with _ask(url) as inspection:
        print_json(inspection.summary())


@app.command()
def messages(
    url: Url = DEFAULT_URL,
    stage: Annotated[
        str, typer.Option(help="received, accepted, deduplicated or dropped.")
    ] = "accepted",
    event: Annotated[str | None, typer.Option(help="Only this track event.")] = None,
    user_id: Annotated[str | None, typer.Option(help="Only this user.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 20,
) -> None:
    """List messages as they arrived, and why any was dropped."""
    with _ask(url) as inspection:
        found = inspection.messages(
            stage=stage, event=event, user_id=user_id, limit=limit
        )
        for line in found:
            print_json(line)


@app.command()
def profiles(url: Url = DEFAULT_URL) -> None:
    """List the traits of each user, as the calls so far have left them."""
    with _ask(url) as inspection:
        for profile in inspection.profiles():
            print_json(profile)


@app.command("profiles-sync")
def profiles_sync(
    table: Annotated[
        str, typer.Argument(help="Such as user_identifiers, tracks or an event's.")
    ],
    url: Url = DEFAULT_URL,
) -> None:
    """List the rows of a Profiles Sync table, people resolved as Unify does."""
    with _ask(url) as inspection:
        for row in inspection.profiles_sync(table):
            print_json(row)


@app.command()
def webhook(
    to: Annotated[str, typer.Argument(help="The endpoint's address.")],
    secret: Annotated[str, typer.Option(help="Signs each request.")] = "",
    batch_size: Annotated[int, typer.Option(help="0 sends each event alone.")] = 0,
    url: Url = DEFAULT_URL,
) -> None:
    """Send what is accepted from now on to a webhook, too, signed as by Segment."""
    with _ask(url) as inspection:
        inspection.send_to(to, secret=secret, batch_size=batch_size)
    out.print(f"What the sandbox accepts from now on goes to {to}, too.")


@app.command()
def reset(url: Url = DEFAULT_URL) -> None:
    """Forget everything: messages, profiles, faults."""
    with _ask(url) as inspection:
        inspection.reset()
    out.print("The sandbox is empty.")


def _ask(url: str) -> "Inspection":
    from tracking.sandbox.inspection import Inspection

    inspection = Inspection(url)
    if not inspection.answers():
        raise typer.BadParameter(f"No sandbox answers at {url}. Start: relyv sandbox")
    return inspection
