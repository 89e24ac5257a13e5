"""relyv sync: plan, run, status."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import bar, out, print_json, table
from commands.signals import interruptible

if TYPE_CHECKING:
    from sync import Again, Explanation, Preview, RunOptions, RunReport, Sync
    from sync.check import DestinationCheck
    from sync.destination import Destination
    from warehouse import Warehouse

app = typer.Typer(no_args_is_help=True, help="Plan and send what goes to Segment.")

Names = Annotated[
    list[str] | None,
    typer.Argument(help="Syncs by name. Default: all.", show_default=False),
]
TargetPath = Annotated[
    Path,
    typer.Option(
        "--target-path", envvar="DBT_TARGET_PATH", help="Where dbt put manifest.json."
    ),
]
DEFAULT_TARGET_PATH = Path("target")


@app.command()
def plan(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
) -> None:
    """
    Show what a run would send, with an example of each call. Sends nothing.

    Covers syncs that are not opted in, too: see what they would send first.
    """
    from sync import preview_sync
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        chosen = _chosen(warehouse, project_dir, target_path, names)
        previews = [preview_sync(warehouse, sync) for sync in chosen]
    if as_json:
        print_json({preview.sync: preview for preview in previews})
        return
    for preview in previews:
        _print_preview(preview)


@app.command()
def run(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
    accept_guard: Annotated[
        bool, typer.Option(help="Send although the plan is beyond the guard.")
    ] = False,
    accept_duplicates: Annotated[
        bool,
        typer.Option(
            help="Finish a plan that is older than Segment's memory of messageIds."
        ),
    ] = False,
    start_afresh: Annotated[
        bool, typer.Option(help="Go on after the ledger was lost: all rows are new.")
    ] = False,
) -> None:
    """
    Send what changed since Segment last confirmed it.

    Only syncs whose exposure names the target send anything. Exit codes: 0 done,
    1 some rows were rejected, 2 could not run, 3 a guard stopped the plan, 4 somebody
    else is at it, 5 no clear answer from Segment: run again, nothing is lost.
    """
    from sync import RunOptions

    options = RunOptions(
        accept_guard=accept_guard,
        accept_duplicates=accept_duplicates,
        start_afresh=start_afresh,
    )
    _run_all(names, target, project_dir, target_path, options, as_json=as_json)


@app.command()
def retry(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
) -> None:
    """
    Run, and take up again what was rejected before.

    A plain run leaves a rejected row alone until it changes.
    """
    from sync import RunOptions

    options = RunOptions(retry_rejected=True)
    _run_all(names, target, project_dir, target_path, options, as_json=as_json)


NewIds = Annotated[
    bool,
    typer.Option(
        help="Give events new messageIds, so that Segment takes them a second time."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AcceptGuard = Annotated[
    bool, typer.Option(help="Send although the plan is beyond the guard.")
]


@app.command()
def resync(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
    new_ids: NewIds = False,
    accept_guard: AcceptGuard = False,
    yes: Yes = False,
) -> None:
    """
    Send every row of a sync again, removals included. Shows the plan and asks first.

    An unfinished plan is delivered before it. What was rejected is tried again.
    """
    from sync import Again

    again = Again(new_ids=new_ids)
    _send_again(
        name, target, project_dir, target_path, again, accept_guard, yes, as_json
    )


@app.command()
def backfill(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    since: Annotated[
        datetime, typer.Option("--from", help="From this UTC date or time on.")
    ],
    until: Annotated[
        datetime, typer.Option("--to", help="Before this UTC date or time.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
    only_destination: Annotated[
        str | None,
        typer.Option(help="Segment passes the calls on to this destination only."),
    ] = None,
    new_ids: NewIds = False,
    accept_guard: AcceptGuard = False,
    yes: Yes = False,
) -> None:
    """
    Send an event sync's rows of a range of dates again. Shows the plan and asks first.

    The calls keep their messageIds: what Segment took within 24 hours it takes once.
    """
    from sync import Again

    again = Again(
        since=since, until=until, new_ids=new_ids, only_destination=only_destination
    )
    _send_again(
        name, target, project_dir, target_path, again, accept_guard, yes, as_json
    )


def _send_again(
    name: str,
    target: str | None,
    project_dir: Path,
    target_path: Path,
    again: "Again",
    accept_guard: bool,
    yes: bool,
    as_json: bool,
) -> None:
    from sync import RunOptions, preview_sync
    from warehouse import open_warehouse

    if not yes:
        with open_warehouse(project_dir, target) as warehouse:
            (sync,) = _chosen(warehouse, project_dir, target_path, [name])
            _print_preview(preview_sync(warehouse, sync, again))
        typer.confirm("Send this?", abort=True)
    options = RunOptions(again=again, accept_guard=accept_guard)
    _run_all([name], target, project_dir, target_path, options, as_json=as_json)


@app.command()
def pause(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
) -> None:
    """Let no run of a sync send anything, wherever it is scheduled, until `resume`."""
    from sync import Ledger
    from sync import pause as stop
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = _chosen(warehouse, project_dir, target_path, [name])
        stop(Ledger(warehouse), sync)
    out.print(f"{name} is paused.")


@app.command()
def resume(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
) -> None:
    """Let a paused sync run again. An unfinished plan goes on where it stood."""
    from sync import Ledger
    from sync import resume as go_on
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = _chosen(warehouse, project_dir, target_path, [name])
        go_on(Ledger(warehouse), sync)
    out.print(f"{name} runs again: by its schedule, or with `relyv sync run {name}`.")


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    key: Annotated[
        list[str], typer.Argument(help="The row's key, a value for each key column.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
) -> None:
    """
    Say why one row would or would not be sent. Sends nothing.

    Shows the row as the model has it, as Segment last confirmed it, and the call that
    a run would make.
    """
    from sync import explain_row
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = _chosen(warehouse, project_dir, target_path, [name])
        found = explain_row(warehouse, sync, key)
    if as_json:
        print_json(found)
    else:
        _print_explanation(found)


def _print_explanation(found: "Explanation") -> None:
    import orjson

    out.print(found.verdict, markup=False)
    if found.model or found.confirmed:
        shown = table("column", "in the model", "confirmed")
        for name in found.model or found.confirmed or {}:
            values = [
                "" if row is None else str(row.get(name))
                for row in (found.model, found.confirmed)
            ]
            mark = " *" if name in found.differs else ""
            shown.add_row(name + mark, *values)
        out.print(shown)
    for message in found.messages:
        body = orjson.dumps(message, option=orjson.OPT_INDENT_2)
        out.print(body.decode(), markup=False, soft_wrap=True)


@app.command()
def rebind(
    source: Annotated[str, typer.Argument(help="The Segment source.")] = "relyv",
    target: Target = None,
    project_dir: ProjectDir = HERE,
) -> None:
    """
    Take a source's new write key after a rotation.

    The ledger stays: the workspace is the same, and so is what it has confirmed.
    """
    from sync import Ledger
    from sync import rebind as bind
    from sync.destination import destination_of
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        destination = destination_of(source, target=warehouse.target)
        bind(Ledger(warehouse), destination)
    out.print(f"The ledger is bound to the key {destination.key_fingerprint}.")


def _run_all(
    names: Names,
    target: str | None,
    project_dir: Path,
    target_path: Path,
    options: "RunOptions",
    *,
    as_json: bool,
) -> None:
    from warehouse import RelyvError, open_warehouse

    reports: list[RunReport] = []
    failures: list[RelyvError] = []
    with open_warehouse(project_dir, target) as warehouse, interruptible():
        chosen = _chosen(warehouse, project_dir, target_path, names)
        ready = [s for s in chosen if names or s.sends_in(warehouse.target)]
        for sync in ready:
            try:
                reports.append(_run_one(warehouse, sync, options))
            except RelyvError as error:
                failures.append(error)
    if as_json:
        print_json({report.sync: report for report in reports})
    else:
        _print_runs(reports, silent=len(chosen) - len(ready))
    for failure in failures:
        typer.secho(str(failure), fg="red", err=True)
    codes = [*(r.exit_code for r in reports), *(f.exit_code for f in failures)]
    raise typer.Exit(max(codes, default=0))


@app.command()
def status(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
) -> None:
    """Show where each sync stands: confirmed, rejected, unfinished, last run."""
    from sync import read_status
    from sync.status import orphans
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        chosen = _chosen(warehouse, project_dir, target_path, names)
        found = [read_status(warehouse, sync) for sync in chosen]
        left = {} if names else orphans(warehouse, chosen)
    if as_json:
        print_json({each.sync: each for each in found})
        return
    shown = table("sync", "call", "confirmed", "rejected", "left", "last run (UTC)")
    for each in found:
        last = each.last_outcome if each.sends_here else "not opted in"
        last = "paused, " + last if each.is_paused else last
        at = f" {each.last_run_at:%m-%d %H:%M}" if each.last_run_at else ""
        counts = (each.confirmed, each.rejected, each.remaining)
        shown.add_row(
            each.sync, each.call, *(f"{count:,}" for count in counts), last + at
        )
    out.print(shown)
    for name in left:
        out.print(
            f"{name} is no exposure any more: what it sent stays in Segment. To clear "
            "it, put the exposure back on an empty model and run it, with "
            "`--accept-guard`.",
            markup=False,
        )


@app.command()
def check(
    source: Annotated[
        str | None, typer.Option(help="Only this Segment source. Default: all.")
    ] = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
    as_json: AsJson = False,
    test_call: Annotated[
        bool,
        typer.Option(
            help="Where Segment does not confirm a key, send one labelled call and ask "
            "whether you see it in the source's Debugger."
        ),
    ] = False,
) -> None:
    """
    Check connection, write key and region of each source that syncs here write to.

    Segment answers 200 to a wrong key and to a wrong region, and drops every call. So
    this asks Segment's CDN for the source behind the key, and sends nothing but an
    empty batch. A run does the same before its first plan. Give relyv a source of its
    own: what else a key carries cannot be seen from outside, and it would come back as
    input. Exit codes: 0 all are right, 2 one is not.
    """
    from sync.check import check_destination
    from sync.destination import destination_of
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        syncs = _chosen(warehouse, project_dir, target_path, None)
        here = {s.settings.source for s in syncs if s.sends_in(warehouse.target)}
        checks = []
        for name in [source] if source else sorted(here):
            destination = destination_of(name, target=warehouse.target)
            found = check_destination(warehouse, destination)
            if test_call and found.needs_a_person:
                _ask_for_test_call(warehouse, destination)
                found = check_destination(warehouse, destination)
            checks.append(found)
    if as_json:
        print_json(checks)
    else:
        _print_checks(checks)
    raise typer.Exit(0 if all(found.is_good for found in checks) else 2)


def _ask_for_test_call(warehouse: "Warehouse", destination: "Destination") -> None:
    from sync.check import TEST_EVENT, record_check, send_test_call

    message_id = send_test_call(destination)
    out.print(f"Sent '{TEST_EVENT}' with the messageId {message_id}.")
    question = f"Do you see it in the Debugger of the source '{destination.source}'?"
    if typer.confirm(question, default=False):
        record_check(warehouse, destination)


def _print_checks(checks: "Sequence[DestinationCheck]") -> None:
    from sync.check import explanation

    shown = table("source", "region", "key", "connection", "key is")
    for found in checks:
        shown.add_row(
            found.source,
            found.region,
            found.key_fingerprint,
            found.connection or "ok",
            found.verdict,
        )
    out.print(shown)
    for found in checks:
        if not found.is_good:
            out.print(explanation(found))


@app.command("tracking-plan")
def tracking_plan(
    name: Annotated[str, typer.Argument(help="The sync.", show_default=False)],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = DEFAULT_TARGET_PATH,
) -> None:
    """
    Write a tracking plan from the model's contract: draft-07, as Protocols has it.

    Keep it in a file and name that under `tracking_plan` in the exposure: rows that
    violate it are then rejected (`block`) or sent and counted (`flag`). It is also the
    body of the Public API's PUT /tracking-plans/{id}/rules.
    """
    from sync.tracking_plan import tracking_plan_of
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = _chosen(warehouse, project_dir, target_path, [name])
    print_json(tracking_plan_of(sync))


@app.command()
def schema() -> None:
    """Print the JSON Schema of an exposure's `segment_sync` block, for editors."""
    from sync.config import SyncSettings

    print_json(SyncSettings.model_json_schema())


def _chosen(
    warehouse: "Warehouse",
    project_dir: Path,
    target_path: Path,
    names: Sequence[str] | None,
) -> "list[Sync]":
    from sync import read_syncs, select_syncs

    manifest = project_dir / target_path / "manifest.json"
    syncs = read_syncs(manifest, kind=warehouse.kind, schema=warehouse.schema)
    return select_syncs(syncs, names or [])


def _run_one(
    warehouse: "Warehouse", sync: "Sync", options: "RunOptions"
) -> "RunReport":
    from sync import run_sync

    with bar(f"{sync.name}") as shown:
        return run_sync(
            warehouse,
            sync,
            options,
            on_progress=lambda rows, progress: shown.at(progress.settled_through, rows),
        )


def _print_runs(reports: "Sequence[RunReport]", *, silent: int) -> None:
    shown = table("sync", "call", "added", "changed", "removed", "rejected", "seconds")
    for report in reports:
        counts = report.counts
        numbers = (counts.added, counts.changed, counts.removed, report.rejected)
        shown.add_row(
            report.sync,
            report.call,
            *(f"{number:,}" for number in numbers),
            f"{sum(report.seconds.values()):.1f}",
        )
    out.print(shown)
    for report in reports:
        if report.resumed_plan is not None:
            out.print(f"{report.sync}: plan {report.resumed_plan} was finished first.")
        if report.flagged:
            out.print(
                f"{report.sync}: {report.flagged:,} calls left although they violate "
                "the tracking plan."
            )
    if silent:
        out.print(f"{silent} syncs are not opted in here and sent nothing.")


def _print_preview(preview: "Preview") -> None:
    import orjson

    counts = preview.counts
    here = "" if preview.sends_here else " · not opted in: a run sends nothing"
    out.print(f"\n{preview.sync} · {preview.call}{here}", style="bold")
    out.print(
        f"{preview.model_rows:,} rows in the model; {counts.added:,} added, "
        f"{counts.changed:,} changed, {counts.removed:,} removed"
    )
    if preview.fields:
        often = (f"{name} {count:,}" for name, count in preview.fields.items())
        out.print(f"changed fields: {', '.join(often)}", markup=False)
    cost = preview.estimate
    if cost.calls:
        out.print(
            f"about {cost.requests:,} requests, {cost.bytes / 1e6:,.1f} MB before "
            f"gzip, {cost.minutes:,.1f} minutes at the rate that is set"
            if cost.minutes is not None
            else f"about {cost.requests:,} requests, {cost.bytes / 1e6:,.1f} MB before "
            "gzip; no rate is set"
        )
    for sentence in preview.drift:
        out.print(sentence, markup=False)
    if preview.held:
        out.print(f"{preview.held:,} changes wait until their people are active again.")
    if preview.unfinished is not None:
        out.print(f"Plan {preview.unfinished} is unfinished: a run ends it first.")
    for example in preview.examples:
        if example.message is None:
            out.print(f"{example.change}: rejected, {example.reason}. {example.detail}")
        else:
            body = orjson.dumps(example.message, option=orjson.OPT_INDENT_2)
            out.print(f"{example.change}, for example:", style="dim")
            out.print(body.decode(), markup=False, soft_wrap=True)
