"""relyv simulate: a world whose truth is known."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.screen import bar, out


class Kind(StrEnum):
    """What the devices of the world are like."""

    TYPICAL = "typical"
    SHARED = "shared"


def simulate(
    people: Annotated[int, typer.Option(min=1, help="How many people.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, help="Days of history.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed is the same world.")] = 1,
    folder: Annotated[
        Path, typer.Option("--out", help="A folder that is new or empty.")
    ] = Path("simulated"),
    world: Annotated[
        Kind, typer.Option(help="How many devices are shared.")
    ] = Kind.TYPICAL,
    end: Annotated[
        datetime | None,
        typer.Option(help="Where history ends, in UTC. Default: yesterday, midnight."),
    ] = None,
) -> None:
    """
    Write the raw files of a made-up world, both sides, with its known truth.

    `raw/` is the history, `later/` what arrives in the day after it (people log in,
    sessions arrive late, somebody is erased), `truth.jsonl.gz` says how it really was.
    """
    from simulation import World
    from simulation import simulate as write

    with bar("Simulating people", people) as shown:
        try:
            report = write(
                World(
                    people=people,
                    days=days,
                    seed=seed,
                    kind=world.value,
                    end=end or yesterday(),
                ),
                folder,
                on_progress=shown.at,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    for file, rows in report.rows.items():
        out.print(f"  {folder / file!s:<48} {rows:>10,} lines")
    out.print(f"Next: relyv land {folder / 'raw'}")


def yesterday() -> datetime:
    """Midnight, a day ago: the later day of such a world ends before now."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=1)
