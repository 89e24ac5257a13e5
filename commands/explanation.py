"""Explanations of identifiers, as a person reads them on their own screen."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.identity import Explanation
    from reports.identity.evidence import Identifier
    from reports.identity.explanation import Step


def told(explanations: "Sequence[Explanation]") -> Iterator[str]:
    """Each explanation in a few lines, an empty line after each."""
    for each in explanations:
        if each.identifier:
            yield _name(each.identifier)
        yield f"  {_verdict(each)}"
        if each.reason and each.owner:
            yield f"    {each.reason}."
        yield from _steps(each.steps, indent=4)
        yield from _claims(each)
        yield from _strangers(each)
        yield from (f"  {line}" for line in _REMEDIES.get(each.verdict, ()))
        yield ""


def _verdict(found: "Explanation") -> str:
    owner = _name(found.owner) if found.owner else ""
    sentences = {
        "canonical": f"names its profile: nothing in it is stronger ({_id(found)}).",
        "owned": f"belongs to {owner} ({_id(found)}), by {_count(found.steps)}:",
        "shared": "is shared: more than one person reaches it, so it is nobody's.",
        "kiosk": "is nobody's: an override calls it a kiosk.",
        "quarantined": f"joins nobody: it is linked to {found.degree} others, and its "
        f"type allows {found.max_degree}. It is a profile of its own ({_id(found)}).",
        "over_limit": "is over the limit of its type: its profile has as many of them, "
        "received before it, as `max_per_profile` in the seed `identifier_types` "
        f"allows. It is a profile of its own ({_id(found)}).",
        "blocked": f"is blocked, as seeds/blocked_values.csv has it: {found.reason}. "
        "It links nothing.",
        "suppressed": "belongs to somebody who asked to be forgotten"
        f"{f', on {found.since:%Y-%m-%d}' if found.since else ''}. "
        "The graph is as if it had never been seen.",
        "unknown": "No event that counts has ever named this. Is it spelled as it was "
        "sent? Its type may be missing from seeds/identifier_types.csv.",
    }
    return sentences[found.verdict]


def _claims(found: "Explanation") -> Iterator[str]:
    for claim in found.claims:
        yield f"    {_name(claim.person)} reaches it by {_count(claim.steps)}:"
        yield from _steps(claim.steps, indent=6)


def _strangers(found: "Explanation") -> Iterator[str]:
    if found.strangers:
        yield "  Seen with it, and yet not in its profile:"
    for stranger in found.strangers:
        why = _WHY_NOT.get(stranger.status, stranger.status)
        yield f"    {_name(stranger.step.target)}, {why}: {_event(stranger.step)}"


def _steps(steps: "Sequence[Step]", *, indent: int) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        yield (
            f"{'':{indent}}{number}. {_name(step.origin)} - {_name(step.target)}: "
            f"{_event(step)}"
        )


def _event(step: "Step") -> str:
    if step.event_kind == "override":
        return "an override in seeds/identity_overrides.csv"
    moment = f", {step.happened_at:%Y-%m-%d %H:%M} UTC" if step.happened_at else ""
    return f"{step.event_kind} {step.event_id or 'without an id'}{moment}"


def _count(steps: "Sequence[Step]") -> str:
    if not steps:
        return "more links than can be read out"
    return "one link" if len(steps) == 1 else f"a chain of {len(steps)} links"


def _name(identifier: "Identifier") -> str:
    return f"{identifier.identifier_type} {identifier.identifier_value}"


def _id(found: "Explanation") -> str:
    return f"profile {found.profile_id}"


_WHY_NOT = {
    "owned": "which is another profile's",
    "shared": "which is shared",
    "quarantined": "which is quarantined",
    "over_limit": "which is over the limit of its type",
}
_REMEDIES = {
    "shared": (
        "Are they one person? Send an alias, or add a row to",
        "seeds/identity_overrides.csv: same_person. Is one of the events wrong? Add",
        "must_not_link with its id.",
    ),
    "quarantined": (
        "Is it one person's after all? Raise max_degree in seeds/identifier_types.csv.",
    ),
}
