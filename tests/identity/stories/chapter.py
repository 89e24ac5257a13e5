"""Some stories of one kind."""

from collections.abc import Callable

from tests.identity.histories import Story

Tell = Callable[[Story], None]


class Chapter:
    """Stories by name, in the order in which they are written."""

    def __init__(self) -> None:
        self.stories: dict[str, Tell] = {}

    def story(self, tell: Tell) -> Tell:
        """Take a function `_tell_NAME` for the story of this name."""
        self.stories[tell.__name__.removeprefix("_tell_")] = tell
        return tell
