"""The parameters that decide a world, down to its last byte."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from simulation.moments import DAY, milliseconds

Kind = Literal["typical", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    How many people, over how many days, up to which moment.

    A `typical` world has a shared device here and there; a `shared` one is full of
    families, kiosks and internet cafés. A naive `end` is read as UTC.

    Raises:
        ValueError: A world without people or days, or of an unknown kind.
    """

    people: int
    days: int
    seed: int
    end: datetime
    kind: Kind = "typical"

    def __post_init__(self) -> None:
        if self.people < 1 or self.days < 1:
            raise ValueError("A world needs at least one person and one day.")
        if self.kind not in get_args(Kind):
            known = " or ".join(get_args(Kind))
            raise ValueError(f"A world is {known}, not {self.kind!r}.")

    @property
    def start_ms(self) -> int:
        """The first moment of history."""
        return self.end_ms - self.days * DAY

    @property
    def end_ms(self) -> int:
        """The moment at which history stops and the later day begins."""
        return milliseconds(self.end)
