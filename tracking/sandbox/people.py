"""What Unify knows of a person or an account, beside their identifiers.

Of two messages that say something different, the later one is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracking.sandbox.identifiers import mapping
from tracking.sandbox.triggers import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """
    A trait as it stands, and which message last said so.

    `computation` is Engage's word for what it computed itself: `trait` or `audience`.
    """

    value: Any
    told_by: Row
    computation: str | None = None


@dataclass(slots=True, kw_only=True)
class Known:
    """What the messages about one person, or one account, have said so far."""

    traits: dict[str, Trait] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    groups: dict[str, Row] = field(default_factory=dict)
    first: Row = field(default_factory=dict)
    last: Row = field(default_factory=dict)

    def learn(self, message: Mapping[str, Any], trigger: Row) -> None:
        """Take in one message."""
        self.first = self.first or trigger
        self.last = trigger
        if message["type"] in ("identify", "group"):
            self._learn_traits(message, trigger)
        elif message["type"] == "track":
            properties = mapping(message.get("properties"))
            self.events.append({**trigger, "properties": properties})

    def absorb(self, merged: "Known") -> None:
        """Take over what was known of a profile that is merged into this one."""
        for name, trait in merged.traits.items():
            mine = self.traits.get(name)
            if mine is None or mine.told_by["seq"] < trait.told_by["seq"]:
                self.traits[name] = trait
        for group, trigger in merged.groups.items():
            joined = self.groups.get(group)
            if joined is None or trigger["seq"] < joined["seq"]:
                self.groups[group] = trigger
        self.events = sorted(
            [*self.events, *merged.events], key=lambda event: event["seq"]
        )
        if merged.first and not (
            self.first and self.first["seq"] < merged.first["seq"]
        ):
            self.first = merged.first

    def _learn_traits(self, message: Mapping[str, Any], trigger: Row) -> None:
        # A null stays, as the news that there is no value; nobody is shown it.
        personas = mapping(mapping(message.get("context")).get("personas"))
        for name, value in mapping(message.get("traits")).items():
            is_computed = name == personas.get("computation_key")
            self.traits[name] = Trait(
                value=value,
                told_by=trigger,
                computation=personas.get("computation_class") if is_computed else None,
            )
