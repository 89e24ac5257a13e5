"""The scenarios, each a few calls and sessions; what they must come to is in the tests.

a is a device, u a user, e an e-mail. Times are minutes; a call without one is received
a minute after the call before it.
"""

from tests.identity.histories import History
from tests.identity.stories import who_is_who, whose_session

BLOCKED = ("qa",)

_STORIES = {**who_is_who.chapter.stories, **whose_session.chapter.stories}


def tell_all(prefix: str = "") -> History:
    """Every story, in one history; with a prefix it can stand beside another."""
    history = History()
    for name, tell in _STORIES.items():
        tell(history.story(prefix + name))
    return history


def story_names() -> list[str]:
    """The stories by name."""
    return [*_STORIES]


def overrides(prefix: str = "") -> list[dict[str, object]]:
    """What a person corrected by hand, in the stories of overrides."""
    rows: list[dict[str, str]] = [
        {"rule": "must_not_link", "event_id": "override_unlinks-event2"},
        {
            "rule": "same_person",
            "identifier_type": "user_id",
            "identifier_value": "override_joins-u1",
            "other_type": "user_id",
            "other_value": "override_joins-u2",
        },
        {
            "rule": "same_person",
            "identifier_type": "user_id",
            "identifier_value": "override_joins_device-u1",
            "other_type": "anonymous_id",
            "other_value": "override_joins_device-a9",
        },
        {
            "rule": "kiosk",
            "identifier_type": "anonymous_id",
            "identifier_value": "override_kiosk-a1",
        },
    ]
    return [
        {
            name: prefix + value if value.startswith("override_") else value
            for name, value in row.items()
        }
        for row in rows
    ]
