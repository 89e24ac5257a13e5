"""Links between numbered identifiers -> the shortest chain from one to another.

No database: the same links make the same chain, in whichever order they come.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two identifiers that an event ties; without an event an override does."""

    node: int
    other: int
    event_id: str | None
    linked_at: datetime | None

    def turned(self) -> "Link":
        """The same link, read from its other end."""
        return Link(
            node=self.other,
            other=self.node,
            event_id=self.event_id,
            linked_at=self.linked_at,
        )


def shortest_chain(
    links: Iterable[Link], *, start: int, goal: int
) -> Sequence[Link] | None:
    """
    Walk from start to goal over as few links as can be; of those, over strong ones.

    Returns:
        The links in order, each read from the start's side; None where no way leads.
    """
    ways = _ways(links)
    came_by: dict[int, Link | None] = {start: None}
    waiting = deque([start])
    while waiting and goal not in came_by:
        for link in ways[waiting.popleft()]:
            if link.other not in came_by:
                came_by[link.other] = link
                waiting.append(link.other)
    return _walked(came_by, goal) if goal in came_by else None


def _ways(links: Iterable[Link]) -> dict[int, list[Link]]:
    ways: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        ways[link.node].append(link)
        ways[link.other].append(link.turned())
    for each in ways.values():
        each.sort(key=lambda link: (link.other, link.event_id or ""))
    return ways


def _walked(came_by: dict[int, Link | None], goal: int) -> Sequence[Link]:
    steps: list[Link] = []
    link = came_by[goal]
    while link is not None:
        steps.append(link)
        link = came_by[link.node]
    return steps[::-1]
