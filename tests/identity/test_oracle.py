"""Hundreds of random little worlds against the rules by brute force."""

import random
from pathlib import Path

from tests.identity.builds import build
from tests.identity.histories import History, Row, Story
from tests.identity.oracle import Identifier, owners
from tests.warehouses import Place

WORLDS = 400


def test_models_agree_with_brute_force(place: Place, tmp_path: Path) -> None:
    """
    Every identifier of every world has the owner that the plain rules give it.
    """
    history = History()
    chance = random.Random(20260122)
    for number in range(WORLDS):
        _live(history.story(f"w{number:03d}"), chance)

    outcome = build(history, tmp_path, place)

    value_of = {key: row["canonical_value"] for key, row in outcome.profiles.items()}
    found = {
        key: value_of.get(str(row["profile_id"]))
        for key, row in outcome.mapping.items()
    }
    assert found == {
        identifier: owner and owner[1]
        for identifier, owner in _expected(history).items()
    }


def _live(story: Story, chance: random.Random) -> None:
    people = chance.randint(1, 4)
    for _ in range(chance.randint(2, 14)):
        user = _maybe(chance, "u", people, 0.4)
        if chance.random() < 0.12:
            kind = chance.choice("uua")
            story.alias(f"{kind}{chance.randint(1, 4)}", user or "u1")
            continue
        device = _maybe(chance, "a", people + 2, 0.7)
        mail = _maybe(chance, "e", people + 1, 0.4)
        if user or device or mail:
            story.identify(a=device, u=user, e=mail)


def _maybe(chance: random.Random, kind: str, many: int, odds: float) -> str | None:
    return f"{kind}{chance.randint(1, many)}" if chance.random() < odds else None


def _expected(history: History) -> dict[Identifier, Identifier | None]:
    stories: dict[str, list[Row]] = {}
    for table in ("segment.identifies", "segment.aliases"):
        for row in history.rows[table]:
            stories.setdefault(str(row["id"]).split("-")[0], []).append(row)
    expected: dict[Identifier, Identifier | None] = {}
    for calls in stories.values():
        expected |= owners(calls)
    return expected
