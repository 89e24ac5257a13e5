"""A sync whose exposure was removed: what it told is taken back, and then forgotten."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, ProjectDir, Target
from commands.screen import out
from commands.signals import interruptible
from commands.sync.choice import IN_TARGET, Name, TargetPath, chosen_syncs
from commands.sync.send import run_one

if TYPE_CHECKING:
    from sync.plan.clearing import Clearing, ClearingPreview
    from warehouse import Warehouse


def forget(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    clear: Annotated[
        bool,
        typer.Option(
            "--clear",
            help="First take back what it told: traits become null, members exit.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """
    Drop what the ledger keeps of a sync whose exposure was removed. Asks first.

    What it sent stays in Segment, and nothing can clear it from here afterwards: with
    `--clear` that is done before. Shows the number of calls and an example. If a call
    is rejected nothing is forgotten, and the exit code is 1.
    """
    from sync import Ledger
    from sync.ledger.forget import forget as drop
    from sync.plan.clearing import clearing_of, preview_clearing
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse, interruptible():
        known = [
            s.name for s in chosen_syncs(warehouse, project_dir, target_path, None)
        ]
        question = f"Forget all that {name} has sent? It stays in Segment."
        if clear:
            clearing = clearing_of(warehouse, name, known)
            _print(name, preview_clearing(warehouse, clearing))
            question = f"Send this, and forget {name}?"
        if dry_run:
            out.print(f"Then the ledger would forget {name}. Nothing was done.")
            return
        if not yes:
            typer.confirm(question, abort=True)
        if clear:
            _clear(warehouse, clearing)
        drop(Ledger(warehouse), name, known)
    out.print(f"{name} is forgotten.")


def _clear(warehouse: "Warehouse", clearing: "Clearing") -> None:
    from sync import RunOptions

    name = clearing.sync.name
    report = run_one(warehouse, clearing.sync, RunOptions(clearing=clearing))
    out.print(f"{name}: {report.counts.removed:,} calls took back what it told.")
    if report.rejected:
        out.print(
            f"{report.rejected:,} were rejected, so {name} is not forgotten: "
            "`sync_rejections` says why."
        )
        raise typer.Exit(1)


def _print(name: str, seen: "ClearingPreview") -> None:
    import orjson

    out.print(f"{name}: {seen.calls:,} calls would take back what it told.")
    if seen.example is not None:
        body = orjson.dumps(seen.example, option=orjson.OPT_INDENT_2)
        out.print(body.decode(), markup=False, soft_wrap=True)
