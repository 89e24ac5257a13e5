"""The report on the identity graph, as a person reads it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from commands.screen import table

if TYPE_CHECKING:
    from reports.identity import IdentityReport


def standing(report: "IdentityReport") -> Iterator[str]:
    """The counts."""
    found = report.standing
    counts = {
        "profiles": found.profiles,
        "  known by a user id": found.known,
        "  anonymous": found.profiles - found.known,
        **{f"identifiers, {key}": each for key, each in found.identifiers.items()},
        "profiles merged into others": found.merges,
        "  in the last 7 days": found.merges_this_week,
    }
    yield from (f"{name:<30} {number:>12,}" for name, number in counts.items())


def largest(report: "IdentityReport") -> Table:
    """The profiles with the most identifiers."""
    shown = table("largest profiles", "identifiers")
    for each in report.largest:
        name = escape(f"{each.canonical_type} {each.canonical_value}")
        shown.add_row(name, f"{each.identifiers:,}")
    return shown


def newest_merges(report: "IdentityReport") -> Table:
    """Profiles that became part of another this week, and the event that did it."""
    shown = table("merged in the last 7 days", "into", "by the event", "received, UTC")
    for each in report.newest_merges:
        lost = (
            f"{each.identifier_type} {each.identifier_value}"
            if each.identifier_type
            else "a profile of Segment's"
        )
        shown.add_row(
            escape(lost),
            escape(f"{each.canonical_type} {each.canonical_value}"),
            escape(each.triggering_event_id or "an override"),
            f"{each.received_at:%Y-%m-%d %H:%M}" if each.received_at else "",
        )
    return shown


def mismatches(report: "IdentityReport") -> Table:
    """What to look at: each kind with what it means, and the newest few of it."""
    shown = table("look at", "how many", "what it means", "for example")
    for mismatch, number in report.mismatches.items():
        examples = [
            f"{each.identifier_value} > {each.other_value}"
            if each.other_value
            else each.identifier_value
            for each in report.examples
            if each.mismatch == mismatch
        ]
        shown.add_row(
            mismatch, f"{number:,}", _MEANINGS[mismatch], escape("\n".join(examples))
        )
    return shown


def accuracy(report: "IdentityReport") -> Table:
    """Each method against the truth."""
    shown = table(
        "method",
        "precision",
        "recall",
        "F1",
        "B-cubed F1",
        "most people in one",
    )
    for method, found in report.accuracy.items():
        pairwise = found.pairwise
        shown.add_row(
            method,
            f"{pairwise.precision:.4f}",
            f"{pairwise.recall:.4f}",
            f"{pairwise.f1:.4f}",
            f"{found.b_cubed.f1:.4f}",
            f"{found.most_people_in_one:,}",
        )
    return shown


_MEANINGS = {
    "alias_candidate": "one user id stopped, another began on the same device or mail",
    "email_of_several_users": "two accounts gave it; it is shared until an alias says",
    "phone_without_country": "no E.164: send it with +, or name a default country",
    "spelled_differently": "ids that differ by case or white space are two profiles",
    "user_on_relyv_only": "Relyv knows this user id, Segment has never heard of it",
    "user_on_segment_only": "Segment knows this user id, no recorded session names it",
}
