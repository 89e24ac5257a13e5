"""Hundreds of random little worlds against the rules by brute force."""

import random
from pathlib import Path

from tests.identity.builds import build
from tests.identity.histories import History, Row, Story
from tests.identity.oracle import Identifier, owners
from tests.warehouses import Place

# The same stories run there in batches: test_increments.py.
KINDS_FOR_ALL = ("postgres",)

WORLDS = 400


def test_models_agree_with_brute_force(place: Place, tmp_path: Path) -> None:
    """
    Every identifier of every world has the owner that the plain rules give it.
    """
    history = History()
    chance = random.Random(20260122)
    for number in range(WORLDS):
        live(history.story(f"w{number:03d}"), chance)

    outcome = build(history, tmp_path, place)

    value_of = {key: row["canonical_value"] for key, row in outcome.profiles.items()}
    found = {
        key: value_of.get(str(row["profile_id"]))
        for key, row in outcome.mapping.items()
    }
    assert found == {
        identifier: owner and owner[1]
        for identifier, owner in expected_owners(history).items()
    }
    assert sum(row["status"] == "over_limit" for row in outcome.mapping.values()) > 9


def live(story: Story, chance: random.Random) -> None:
    """A few people with a few devices and mailboxes, by chance."""
    people = chance.randint(1, 4)
    mails = people + 1 if chance.random() < 0.8 else 12
    for _ in range(chance.randint(2, 14 if mails < 12 else 40)):
        user = _maybe(chance, "u", people, 0.4)
        if chance.random() < 0.12:
            kind = chance.choice("uua")
            story.alias(f"{kind}{chance.randint(1, 4)}", user or "u1")
            continue
        device = _maybe(chance, "a", people + 2, 0.7)
        mail = _maybe(chance, "e", mails, 0.4)
        if user or device or mail:
            story.identify(a=device, u=user, e=mail)


def _maybe(chance: random.Random, kind: str, many: int, odds: float) -> str | None:
    return f"{kind}{chance.randint(1, many)}" if chance.random() < odds else None


def expected_owners(history: History) -> dict[Identifier, Identifier | None]:
    """The owner of every identifier, each story on its own."""
    stories: dict[str, list[Row]] = {}
    for rows in history.rows.values():
        for row in rows:
            stories.setdefault(str(row["id"]).split("-")[0], []).append(row)
    expected: dict[Identifier, Identifier | None] = {}
    for calls in stories.values():
        expected |= owners(calls)
    return expected
