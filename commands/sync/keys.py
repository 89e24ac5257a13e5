"""The write keys: are they right, and which one is the ledger bound to?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import HERE, AsJson, ProjectDir, Target
from commands.screen import out, print_json, table
from commands.sync.choice import IN_TARGET, TargetPath, chosen_syncs

if TYPE_CHECKING:
    from sync.destination.address import Destination
    from sync.destination.check import DestinationCheck
    from warehouse import Warehouse


def check(
    source: Annotated[
        str | None, typer.Option(help="Only this Segment source. Default: all.")
    ] = None,
    target: Target = None,
    project_dir: ProjectDir = HERE,
    target_path: TargetPath = IN_TARGET,
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
    own. Where Segment's warehouse destination writes that source to this warehouse
    (var `segment_schemas`), other calls under the same key are warned of; elsewhere
    they cannot be seen. Exit codes: 0 all are right, 2 one is not.
    """
    from sync.destination.address import destination_of
    from sync.destination.check import check_destination
    from sync.destination.foreign import foreign_calls
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        syncs = chosen_syncs(warehouse, project_dir, target_path, None)
        here = {s.settings.source for s in syncs if s.sends_in(warehouse.target)}
        checks = []
        for name in [source] if source else sorted(here):
            destination = destination_of(name, target=warehouse.target)
            found = check_destination(warehouse, destination)
            if test_call and found.needs_a_person:
                _ask_for_test_call(warehouse, destination)
                found = check_destination(warehouse, destination)
            checks.append(found)
        foreign = foreign_calls(warehouse)
    if as_json:
        print_json([replace(found, foreign_calls=foreign) for found in checks])
    else:
        _print_checks(checks)
        for each in foreign:
            out.print(each.warning, markup=False, style="yellow")
    raise typer.Exit(0 if all(found.is_good for found in checks) else 2)


def _ask_for_test_call(warehouse: "Warehouse", destination: "Destination") -> None:
    from sync.destination.check import TEST_EVENT, send_test_call
    from sync.destination.checked import record_check

    message_id = send_test_call(destination)
    out.print(f"Sent '{TEST_EVENT}' with the messageId {message_id}.")
    question = f"Do you see it in the Debugger of the source '{destination.source}'?"
    if typer.confirm(question, default=False):
        record_check(warehouse, destination)


def _print_checks(checks: "Sequence[DestinationCheck]") -> None:
    from sync.destination.check import explanation

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
    from sync.destination.address import destination_of
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        destination = destination_of(source, target=warehouse.target)
        bind(Ledger(warehouse), destination)
    out.print(f"The ledger is bound to the key {destination.key_fingerprint}.")


def renew_ids(target: Target = None, project_dir: ProjectDir = HERE) -> None:
    """
    Use no messageId again, after the whole warehouse was restored from a backup.

    Segment remembers the ids of plans that the warehouse has forgotten. A ledger that
    was restored alone is recognised by the next run.
    """
    from sync import Ledger
    from sync import renew_ids as renew
    from warehouse import open_warehouse

    with open_warehouse(project_dir, target) as warehouse:
        renew(Ledger(warehouse))
    out.print("What is planned from now on has no id that Segment knows.")
