"""Whose messages Segment blocks: of the whole workspace, or of one source."""

from collections import defaultdict
from collections.abc import Iterable


class Suppressions:
    """Users by the source that is silent about them; none stands for every source."""

    def __init__(self) -> None:
        self._users: defaultdict[str | None, set[str]] = defaultdict(set)

    def add(self, user_ids: Iterable[str], source: str | None = None) -> None:
        """Block these from now on."""
        self._users[source] |= set(user_ids)

    def remove(self, user_ids: Iterable[str], source: str | None = None) -> None:
        """Let these through again, unless the workspace blocks what a source allows."""
        self._users[source] -= set(user_ids)

    def blocks(self, user_id: object, source: str) -> bool:
        """Whether a message about this user that came by this source is blocked."""
        return any(user_id in self._users[scope] for scope in (None, source))

    def of_workspace(self) -> list[str]:
        """Those whom no source may tell of, in order."""
        return sorted(self._users[None])
