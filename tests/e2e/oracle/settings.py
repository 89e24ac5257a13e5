"""What a person tunes: the seeds, read as the facts that they are."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierType:
    priority: int
    tier: int
    is_person: bool
    max_degree: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a signal is worth; a click that claims one signal shows no other."""

    points: int
    cap: int
    rank: int
    claims_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    All seeds.

    Attributes:
        blocked: Values that name nobody, by type; the type "" stands for any.
        signal_names: What others call a signal, by who says so and the word they use.
        bands: From which score on, the highest first.
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

    def is_usable(self, kind: str, value: str) -> bool:
        """Tell whether this value can name anybody."""
        word = value.lower()
        is_filler = not value.replace("0", "").replace("-", "")
        is_blocked = ("", word) in self.blocked or (kind, word) in self.blocked
        return not (is_filler or is_blocked or word == "null")


def read_settings(seeds: Path) -> Settings:
    """Read the folder of seeds; overrides of identity are none of its business yet."""
    assert not [*_rows(seeds, "identity_overrides")], "the oracle knows no overrides"
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
    )


def _rows(seeds: Path, name: str) -> Iterator[dict[str, str]]:
    with (seeds / f"{name}.csv").open(newline="") as file:
        yield from csv.DictReader(file)
