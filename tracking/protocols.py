"""Hold a message against a tracking plan, in the shape that Protocols has.

A plan is JSON: {"rules": [{type, key, jsonSchema, version}]}, draft-07. Names of fields
are told, values never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import jsonschema_rs
import orjson

_TYPES = frozenset({"COMMON", "GROUP", "IDENTIFY", "PAGE", "SCREEN", "TRACK"})
_TOLD = 3


class TrackingPlanInvalid(ValueError):
    """The file is no tracking plan; the text says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Segment's code, `unplanned` or `schema_violation`, and the fields concerned."""

    code: str
    detail: str


class TrackingPlan:
    """Rules by the calls that they are for."""

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self._rules: dict[
            tuple[str, str | None], dict[int, jsonschema_rs.Draft7Validator]
        ] = {}
        for number, rule in enumerate(rules, 1):
            kind, key, version = _subject(rule, number)
            versions = self._rules.setdefault((kind, key), {})
            versions[version] = _validator(rule, number)

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """
        Read a plan.

        Raises:
            TrackingPlanInvalid: It is no JSON, or a rule is not in Protocols' shape.
        """
        try:
            plan = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise TrackingPlanInvalid(f"it is no JSON: {error.msg}") from None
        rules = plan.get("rules") if isinstance(plan, dict) else None
        if not isinstance(rules, list):
            raise TrackingPlanInvalid("it has no list `rules`")
        return cls(rules)

    def violation(self, message: Mapping[str, Any]) -> Violation | None:
        """
        What is wrong with a message, if anything is.

        A track call needs a rule for its event; other calls are free without one.
        """
        kind = str(message.get("type")).upper()
        key = message.get("event") if kind == "TRACK" else None
        versions = self._rules.get((kind, key)) or self._rules.get((kind, None))
        if kind == "TRACK" and not versions:
            return Violation("unplanned", "The plan has no rule for this event.")
        found = [
            problem
            for each in (self._rules.get(("COMMON", None)), versions)
            if each
            for problem in _problems(each, message)
        ]
        if not found:
            return None
        return Violation("schema_violation", "; ".join(found[:_TOLD]) + ".")


def _subject(rule: object, number: int) -> tuple[str, str | None, int]:
    if not isinstance(rule, dict) or rule.get("type") not in _TYPES:
        raise TrackingPlanInvalid(
            f"rule {number} has no `type` of {', '.join(sorted(_TYPES))}"
        )
    key = rule.get("key") if rule["type"] == "TRACK" else None
    version = rule.get("version", 1)
    if not isinstance(version, int):
        raise TrackingPlanInvalid(f"the `version` of rule {number} is no whole number")
    return rule["type"], key, version


def _validator(rule: Mapping[str, Any], number: int) -> jsonschema_rs.Draft7Validator:
    try:
        return jsonschema_rs.Draft7Validator(rule["jsonSchema"], validate_formats=True)
    except (KeyError, TypeError, ValueError):
        raise TrackingPlanInvalid(
            f"the `jsonSchema` of rule {number} is no schema of draft-07"
        ) from None


def _problems(
    versions: Mapping[int, jsonschema_rs.Draft7Validator], message: Mapping[str, Any]
) -> list[str]:
    """Against the version that the message names, or the oldest, as Segment has it."""
    context = message.get("context")
    protocols = context.get("protocols") if isinstance(context, dict) else None
    named = protocols.get("event_version") if isinstance(protocols, dict) else None
    if not isinstance(named, int) or named not in versions:
        named = min(versions)
    rule = versions[named]
    return [
        f"{'.'.join(map(str, error.instance_path)) or 'the message'}: "
        f"{error.schema_path[-1]}"
        for error in rule.iter_errors(message)
    ]
