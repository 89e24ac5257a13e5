"""What a person tunes: the seeds, read as the facts that they are."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierType:
    priority: int
    tier: int
    is_person: bool
    max_degree: int | None
    max_per_profile: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a signal is worth; a click that claims one signal shows no other."""

    points: int
    light_points: int
    heavy_points: int
    cap: int
    rank: int
    claims_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """Which targets a signal watches, or ignores, by one of their fields."""

    signal_name: str
    verdict: str
    field: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    All seeds.

    Attributes:
        blocked: Values that name nobody, by type; the type "" stands for any.
        signal_names: What others call a signal, by who says so and the word they use.
        bands: From which score on, the highest first.
        clicking: Our own definition's numbers: clicks, milliseconds and pixels.
        interruptions: The events between two clicks that explain them.
        responses: How long before and after a click its answer may come, in
            milliseconds.
    """

    identifier_types: dict[str, IdentifierType]
    blocked: frozenset[Identifier]
    bot_user_agents: tuple[str, ...]
    refused_consent: dict[str, bool]
    signal_names: dict[tuple[str, str], str]
    weights: dict[str, Weight]
    thresholds: dict[str, Decimal]
    definition_version: str
    rank_weights: tuple[Decimal, ...]
    bands: tuple[tuple[Decimal, str], ...]
    key_pages: tuple[str, ...]
    clicking: dict[str, int]
    interruptions: frozenset[str]
    responses: dict[str, tuple[int, int]]
    target_rules: tuple[TargetRule, ...]

    def is_target(self, signal_name: str, click: dict[str, Any]) -> bool:
        """Tell whether a click there can show this signal."""
        rules = [rule for rule in self.target_rules if rule.signal_name == signal_name]
        words = _words(click)
        hits = {
            rule.verdict for rule in rules if rule.pattern.fullmatch(words[rule.field])
        }
        is_watched = "watched" in hits or all(
            rule.verdict != "watched" for rule in rules
        )
        return is_watched and "ignored" not in hits

    def is_usable(self, kind: str, value: str) -> bool:
        """Tell whether this value can name anybody."""
        word = value.lower()
        is_filler = not value.replace("0", "").replace("-", "")
        is_blocked = ("", word) in self.blocked or (kind, word) in self.blocked
        return not (is_filler or is_blocked or word == "null")


def read_settings(seeds: Path) -> Settings:
    """Read the folder of seeds; overrides of identity are none of its business yet."""
    assert not [*_rows(seeds, "identity_overrides")], "the oracle knows no overrides"
    assert not [*_rows(seeds, "session_definitions")], "the oracle knows one definition"
    definitions = [*_rows(seeds, "frustration_definitions")]
    bands = [
        (Decimal(row["from_score"]), row["frustration_band"])
        for row in _rows(seeds, "frustration_bands")
    ]
    (version,) = {row["definition_version"] for row in definitions}
    return Settings(
        identifier_types={
            row["identifier_type"]: IdentifierType(
                priority=int(row["priority"]),
                tier=int(row["tier"]),
                is_person=row["is_person"] == "true",
                max_degree=int(row["max_degree"]) if row["max_degree"] else None,
                max_per_profile=int(row["max_per_profile"] or 0) or None,
            )
            for row in _rows(seeds, "identifier_types")
        },
        blocked=frozenset(
            (row["identifier_type"], row["identifier_value"].lower())
            for row in _rows(seeds, "blocked_values")
        ),
        bot_user_agents=tuple(
            row["user_agent_part"] for row in _rows(seeds, "bot_user_agents")
        ),
        refused_consent={
            row["consent_status"]: row["is_refused"] == "true"
            for row in _rows(seeds, "consent_statuses")
        },
        signal_names={
            (row["reported_by"], row["reported_name"]): row["signal_name"]
            for row in _rows(seeds, "signal_names")
        },
        weights={
            row["signal_name"]: Weight(
                points=int(row["points"]),
                light_points=int(row["light_points"]),
                heavy_points=int(row["heavy_points"]),
                cap=int(row["cap"]),
                rank=int(row["signal_rank"]),
                claims_event=row["claims_event"] == "true",
            )
            for row in _rows(seeds, "signal_weights")
        },
        thresholds={
            row["threshold"]: Decimal(row["threshold_value"]) for row in definitions
        },
        definition_version=version,
        rank_weights=tuple(
            Decimal(row["weight"])
            for row in sorted(
                _rows(seeds, "profile_score_weights"),
                key=lambda row: int(row["session_rank"]),
            )
        ),
        bands=tuple(sorted(bands, reverse=True)),
        key_pages=tuple(row["page_path"] for row in _rows(seeds, "key_pages")),
        clicking=_clicking(seeds),
        interruptions=frozenset(
            row["event_type"]
            for row in _our_rows(seeds, "signal_interruptions")
            if row["effect"] == "splits"
        ),
        responses={
            row["response"]: (int(row["before_ms"]), int(row["within_ms"]))
            for row in _our_rows(seeds, "click_responses")
        },
        target_rules=tuple(
            TargetRule(
                signal_name=row["signal_name"],
                verdict=row["verdict"],
                field=row["field"],
                pattern=_like(row["pattern"]),
            )
            for row in _our_rows(seeds, "signal_target_rules")
        ),
    )


def _clicking(seeds: Path) -> dict[str, int]:
    (ours,) = _our_rows(seeds, "signal_definitions")
    return {name: int(value) for name, value in ours.items() if value.isdigit()}


def _words(click: dict[str, Any]) -> dict[str, str]:
    def word(name: str) -> str:
        return (click[name] or "").lower()

    modifiers = click["modifiers"] or ""
    return {
        "element": f"{word('target_tag')}[{word('target_type')}]",
        "target_role": word("target_role"),
        "target_label": word("target_label").strip(),
        "href_kind": word("href_kind"),
        "selector": click["selector"] or "",
        "button": "" if click["button"] is None else str(click["button"]),
        "modifiers": "" if modifiers in ("[]", "null") else modifiers,
        "is_interactive": "true" if click["is_interactive"] else "",
    }


def _like(pattern: str) -> re.Pattern[str]:
    """A pattern of SQL's `like` as a regular expression."""
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(each, re.escape(each)) for each in pattern))


def _our_rows(seeds: Path, name: str) -> Iterator[dict[str, str]]:
    for row in _rows(seeds, name):
        if row["definition"] == "relyv_default":
            yield row


def _rows(seeds: Path, name: str) -> Iterator[dict[str, str]]:
    with (seeds / f"{name}.csv").open(newline="") as file:
        yield from csv.DictReader(file)
