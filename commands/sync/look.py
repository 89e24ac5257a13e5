"""What a run would send, and why: nothing is sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import out, print_json, table
from commands.sync.choice import IN_TARGET, Name, Names, TargetPath, chosen_syncs

if TYPE_CHECKING:
    from sync.look.explain import Explanation
    from sync.look.preview import Preview


def plan(
    names: Names = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
) -> None:
    """
    Show what a run would send, with an example of each call. Sends nothing.

    Covers syncs that are not opted in, too: see what they would send first.
    """
    from sync.look.preview import preview_sync
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        chosen = chosen_syncs(warehouse, project_dir, target_path, names)
        previews = [preview_sync(warehouse, sync) for sync in chosen]
    if as_json:
        print_json({preview.sync: preview for preview in previews})
        return
    for preview in previews:
        print_preview(preview)


def explain(
    name: Name,
    key: Annotated[
        list[str], typer.Argument(help="The row's key, a value for each key column.")
    ],
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
) -> None:
    """
    Say why one row would or would not be sent. Sends nothing.

    Shows the row as the model has it, as Segment last confirmed it, and the call that
    a run would make.
    """
    from sync.look.explain import explain_row
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
        found = explain_row(warehouse, sync, key)
    if as_json:
        print_json(found)
    else:
        _print_explanation(found)


def in_doubt(
    name: Name,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, help="Show so many at most.")] = 100,
) -> None:
    """
    List the calls of an unfinished plan that may have arrived, or not. Sends nothing.

    A run sends them again with the same messageIds. Segment knows those for 24 hours;
    after that `relyv sync run --accept-duplicates` is asked for events.
    """
    from sync.look.in_doubt import calls_in_doubt
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        (sync,) = chosen_syncs(warehouse, project_dir, target_path, [name])
        found = calls_in_doubt(warehouse, sync, limit=limit)
    if as_json:
        print_json(found)
        return
    shown = table("position", "change", "key", "messageId")
    for call in found:
        key = ", ".join(call.key)
        shown.add_row(f"{call.position:,}", call.change, key, call.message_id)
    out.print(shown)


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


def _print_causes(preview: "Preview") -> None:
    causes = preview.causes
    if causes.fields:
        often = (
            f"{name} {count:,} (alone {causes.alone.get(name, 0):,})"
            for name, count in causes.fields.items()
        )
        out.print(f"changed fields: {', '.join(often)}", markup=False)
    if causes.decay or causes.expiry:
        asleep = (
            ""
            if causes.dormant_people is None
            else f"; {causes.dormant_people:,} people of the last two did nothing this "
            "month, and `dormant: hold` would wait for them"
        )
        out.print(
            f"of the changed rows {causes.behaviour:,} are new behaviour, "
            f"{causes.decay:,} scores that faded, {causes.expiry:,} links that "
            f"expired{asleep}",
            markup=False,
        )
    if causes.without_activity:
        out.print(
            f"{causes.without_activity:,} of the changed rows are of people who did "
            "nothing since: scores that decay, links that expire, new definitions"
        )


def _print_bill(preview: "Preview") -> None:
    bill = preview.bill
    if not preview.estimate.calls:
        return
    least, most = bill.new_tracked_users
    cost = "" if bill.cost is None else f", which cost {bill.cost:,.2f} at most"
    out.print(
        f"about {bill.people:,} people; between {least:,} and {most:,} new tracked "
        f"users in this billing month{cost}"
    )
    if bill.warning:
        out.print(bill.warning, markup=False, style="yellow")
    if bill.calls_budget is not None:
        after = bill.calls_this_month + preview.estimate.calls
        over = ": a run would stop" if after > bill.calls_budget else ""
        out.print(
            f"{after:,} of the month's budget of {bill.calls_budget:,} calls with this "
            f"plan{over}"
        )


def print_preview(preview: "Preview") -> None:
    """Show a plan to a person."""
    import orjson

    counts = preview.counts
    here = "" if preview.sends_here else " · not opted in: a run sends nothing"
    out.print(f"\n{preview.sync} · {preview.call}{here}", style="bold")
    out.print(
        f"{preview.model_rows:,} rows in the model; {counts.added:,} added, "
        f"{counts.changed:,} changed, {counts.removed:,} removed"
    )
    _print_causes(preview)
    cost = preview.estimate
    if cost.calls:
        out.print(
            f"about {cost.requests:,} requests, {cost.bytes / 1e6:,.1f} MB before "
            f"gzip, {cost.minutes:,.1f} minutes at the rate that is set"
            if cost.minutes is not None
            else f"about {cost.requests:,} requests, {cost.bytes / 1e6:,.1f} MB before "
            "gzip; no rate is set"
        )
    if preview.obstacle:
        out.print(f"A run would stop: {preview.obstacle}", markup=False, style="red")
    _print_bill(preview)
    for sentence in preview.drift:
        out.print(sentence, markup=False)
    if preview.held:
        out.print(f"{preview.held:,} changes wait until their people are active again.")
    if preview.is_baseline:
        out.print(
            "The first run takes every row for known and sends nothing (initial: skip)."
        )
    if preview.unfinished is not None:
        named = ", ".join(f"`{name}`" for name in preview.closed_by)
        then = f"closes it, because of {named}" if named else "ends it first"
        out.print(f"Plan {preview.unfinished} is unfinished: a run {then}.")
    for example in preview.examples:
        if example.message is None:
            out.print(f"{example.change}: rejected, {example.reason}. {example.detail}")
        else:
            body = orjson.dumps(example.message, option=orjson.OPT_INDENT_2)
            out.print(f"{example.change}, for example:", style="dim")
            out.print(body.decode(), markup=False, soft_wrap=True)
