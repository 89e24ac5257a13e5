"""What a plan may cost at Segment: calls against a budget, people as tracked users.

Segment bills a person once in a billing month, whatever the number of calls; who was
counted already by another source of the workspace cannot be seen from here. So tracked
users are bounds, and the price is whatever the contract says.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, case, cast, func, select

from sync.config.image import ANONYMOUS_ID, LAST_ACTIVITY, USER_ID, Image
from sync.diff.billing import BillingSettings, month_start
from sync.errors import OverBudget
from sync.ledger.ledger import Ledger
from sync.ledger.tables import SILENT, new, old
from sync.plan.checks import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """
    A plan in the terms of Segment's bill.

    Attributes:
        calls_this_month: What all syncs of this target sent since the month began.
        calls_budget: What they may send in a month; None: no budget is set.
        people: Persons that the plan's calls are about.
        active_people: Those of them that did something in this month, so that Segment
            has counted them; None without a `last_activity` column.
        new_tracked_users: At least, and at most.
        cost: At most, in the currency of the price; None: no price is set.
        allowance: Tracked users that the contract has; None: nobody has said.
        warning: What the plan may do to the allowance.
    """

    calls_this_month: int
    calls_budget: int | None
    people: int
    active_people: int | None
    new_tracked_users: tuple[int, int]
    cost: float | None
    allowance: int | None = None
    warning: str | None = None


def bill_of(
    connection: Connection, ledger: Ledger, changes: Any, image: Image, *, has_run: bool
) -> Bill:
    """Count the people and calls of a change set, and price them."""
    settings = BillingSettings()  # type: ignore[call-arg]
    people, active = _people(connection, changes, image)
    most = people - (active or 0)
    price = settings.price_per_tracked_user
    return Bill(
        calls_this_month=calls_this_month(connection, ledger) if has_run else 0,
        calls_budget=settings.calls_budget,
        people=people,
        active_people=active,
        new_tracked_users=(0, most),
        cost=None if price is None else most * price,
        allowance=settings.allowance,
        warning=over_allowance(settings, most),
    )


def over_allowance(settings: BillingSettings, new: int) -> str | None:
    """What so many new tracked users may do, at most, to what the contract allows."""
    allowance, before = settings.allowance, settings.tracked_users_so_far
    if allowance is None or before + new <= allowance:
        return None
    then = "each one beyond it is billed."
    if settings.contract == "free":
        then = (
            "the Free plan locks a workspace that is over it twice within six months, "
            "and then its data stops."
        )
    return (
        f"Up to {before + new:,} tracked users in this billing month with this plan, "
        f"and the contract allows {allowance:,}: {then}"
    )


def calls_this_month(connection: Connection, ledger: Ledger) -> int:
    """What every sync's runs have sent since the billing month began."""
    runs = ledger.tables.runs
    sent = select(func.sum(runs.c.calls)).where(runs.c.started_at >= month_start())
    return int(connection.execute(sent).scalar() or 0)


def over_budget(
    connection: Connection, ledger: Ledger, counts: Counts
) -> OverBudget | None:
    """What a plan would do to the month's budget of calls, if it breaks it."""
    budget = BillingSettings().calls_budget  # type: ignore[call-arg]
    if budget is None or not counts.total:
        return None
    used = calls_this_month(connection, ledger)
    if used + counts.total <= budget:
        return None
    return OverBudget(
        f"{counts.total:,} calls, after {used:,} in this billing month, are more than "
        f"the budget of {budget:,} (RELYV_SEGMENT_CALLS_BUDGET)."
    )


def person_of(changes: Any, image: Image) -> ColumnElement[Any]:
    """Whom a change is about, as Segment counts people: the user, else the device."""
    roles = {column.name for column in image.roles}
    ids: list[ColumnElement[Any]] = [
        prefix + cast(column, String)
        for prefix, role in (("u:", USER_ID), ("a:", ANONYMOUS_ID))
        if role in roles
        for column in (changes.c[new(role)], changes.c[old(role)])
    ]
    return func.coalesce(*ids) if len(ids) > 1 else ids[0]


def _people(
    connection: Connection, changes: Any, image: Image
) -> tuple[int, int | None]:
    roles = {column.name for column in image.roles}
    person = person_of(changes, image)
    counted = [func.count(person.distinct())]
    if LAST_ACTIVITY in roles:
        is_active = changes.c[new(LAST_ACTIVITY)] >= month_start()
        counted.append(func.count(case((is_active, person)).distinct()))
    query = select(*counted).where(changes.c.change.not_in(SILENT))
    found = [int(count) for count in connection.execute(query).one()]
    return found[0], found[1] if len(found) > 1 else None
