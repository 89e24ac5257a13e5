"""
A definition for one case: its tool's seed rows, with the case's own setting over them.
"""

import csv
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    TableClause,
    cast,
    column,
    delete,
    insert,
    literal,
    select,
    table,
    update,
)

from tests.frustration.peer_cases import SIGNALS, Case

SEEDS = Path(__file__).parents[2] / "seeds"
# Tools whose cases carry every threshold, and the definition they start from.
BASES = {"bark": "relyv_default", "sentry_server": "sentry"}
TIMED = (
    *("mutation", "navigation", "network", "scroll"),
    *("selection", "input", "focus", "visibility"),
)
TEXT_TYPES = ("", "text", "password", "email", "number", "search", "tel", "url")


def seed(name: str) -> TableClause:
    """A seed's table, with the columns that its file names."""
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        header = next(csv.reader(file))
    return table(name, *map(column, header), schema="relyv_seeds")


DEFINITIONS = seed("signal_definitions")
INTERRUPTIONS = seed("signal_interruptions")
RESPONSES = seed("click_responses")
TARGET_RULES = seed("signal_target_rules")


def define(connection: Connection, case: Case) -> None:
    """Add the definition that is called as the case is."""
    base = BASES.get(case.definition, case.definition)
    for each in (DEFINITIONS, INTERRUPTIONS, RESPONSES, TARGET_RULES):
        _copy(connection, each, base, case.case_id)
    if case.definition == "bark":
        theirs = INTERRUPTIONS.c.definition == case.case_id
        connection.execute(delete(INTERRUPTIONS).where(theirs))
    numbers = _numbers(case)
    if numbers:
        ours = DEFINITIONS.c.definition == case.case_id
        connection.execute(update(DEFINITIONS).where(ours).values(numbers))
    _set_responses(connection, case)
    _set_rules(connection, case)


def _copy(connection: Connection, rows: TableClause, base: str, name: str) -> None:
    others = [each for each in rows.c if each.name != "definition"]
    copied = select(cast(literal(name), String), *others)
    connection.execute(
        insert(rows).from_select(
            ["definition", *(each.name for each in others)],
            copied.where(rows.c.definition == base),
        )
    )


def _numbers(case: Case) -> dict[str, Any]:
    of_signal = {"rage": _rage_numbers, "dead": _dead_numbers, "error": _error_numbers}
    return of_signal[case.signal](case)


def _rage_numbers(case: Case) -> dict[str, Any]:
    config, numbers = case.config, dict[str, Any]()
    if case.definition == "bark":
        numbers |= {"rage_metric": "none", "rage_target_rule": "consecutive"}
    if "clicks" in config:
        numbers["rage_clicks"] = config["clicks"]
    if "gap_ms" in config and case.definition != "faststats":
        numbers["rage_gap_ms"] = config["gap_ms"] - 1
    if "span_ms" in config:
        is_within = config.get("span_inclusive", True)
        numbers["rage_span_ms"] = config["span_ms"] - (0 if is_within else 1)
    if "radius_px" in config:
        numbers["rage_radius_px"] = config["radius_px"]
    if config.get("disabled"):
        numbers["rage_clicks"] = None
    return numbers


def _dead_numbers(case: Case) -> dict[str, Any]:
    waits = ("mutation_ms", "absolute_ms", "timeout_ms")
    found = [case.config[name] for name in waits if name in case.config]
    if case.config.get("disabled"):
        return {"dead_observed_ms": 10**9}
    return {"dead_observed_ms": max(found)} if found else {}


def _error_numbers(case: Case) -> dict[str, Any]:
    window = case.config.get("window_ms")
    return {} if window is None else {"error_within_ms": window}


def _set_responses(connection: Connection, case: Case) -> None:
    for name in TIMED:
        within = case.config.get(f"{name}_ms")
        if within is None:
            continue
        if case.definition == "posthog" and name not in ("mutation", "navigation"):
            within -= 1
        kinds = [name, "window_open"] if name == "mutation" else [name]
        connection.execute(
            update(RESPONSES)
            .where(RESPONSES.c.definition == case.case_id)
            .where(RESPONSES.c.response.in_(kinds))
            .values(within_ms=within)
        )


def _set_rules(connection: Connection, case: Case) -> None:
    config = case.config
    if "css_ignore" in config and case.definition == "posthog":
        connection.execute(
            delete(TARGET_RULES)
            .where(TARGET_RULES.c.definition == case.case_id)
            .where(TARGET_RULES.c.field == "selector")
        )
    rules = [
        ("ignored", "selector", f"%{each}%")
        if each.startswith((".", "["))
        else ("ignored", "element", f"{each}[%")
        for each in config.get("css_ignore", [])
    ]
    rules += [
        ("ignored", "target_label", each) for each in config.get("content_ignore", [])
    ]
    if config.get("ignore_text_surfaces"):
        rules += [("ignored", "element", f"input[{kind}]") for kind in TEXT_TYPES]
        rules += [("ignored", "element", "textarea[%")]
        rules += [("ignored", "target_role", "textbox")]
    rules += [
        ("watched", "selector", f"%{each}%")
        for each in config.get("interactive_selectors", [])
    ]
    for verdict, field, pattern in rules:
        connection.execute(
            insert(TARGET_RULES).values(
                definition=case.case_id,
                signal_name=SIGNALS[case.signal],
                verdict=verdict,
                field=field,
                pattern=pattern,
                reason="the case's own setting",
            )
        )
