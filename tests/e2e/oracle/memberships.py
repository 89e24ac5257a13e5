"""In which account somebody was when a session ended."""

from collections import defaultdict
from datetime import datetime

from tests.e2e.oracle.identity import Identities, Profile
from tests.e2e.oracle.landed import Row
from tests.e2e.oracle.stitching import finished_at

Memberships = dict[Profile, list[tuple[datetime, str, str]]]
"""What was told of each profile's account: when, by which call, and the account."""


def memberships(calls: list[Row], who: Identities) -> Memberships:
    """Every account that a call named, of its user or else of its device's owner."""
    told: Memberships = defaultdict(list)
    for call in calls:
        account = call.get("group_id") or call.get("context_group_id")
        device = call["anonymous_id"] or call.get("context_anonymous_id")
        profile = who.owner.get(("user_id", call["user_id"] or "")) or who.owner.get(
            ("anonymous_id", device or "")
        )
        if account and profile:
            told[profile].append((call["timestamp"], call["id"], account))
    return told


def account_of(session: Row, profile: Profile | None, told: Memberships) -> str | None:
    """What the recorder was told; else what was last told before the session's end."""
    if session["group_id"] or profile is None:
        account: str | None = session["group_id"]
        return account
    known = [each for each in told.get(profile, []) if each[0] <= finished_at(session)]
    return max(known)[2] if known else None
