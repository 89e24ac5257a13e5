"""What stands on an account's card: the traits of every group with a known member."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from tests.e2e.oracle.identity import Profile
from tests.e2e.oracle.settings import Settings
from tests.e2e.oracle.traits import Traits, present, replay_traits, score_traits
from tests.e2e.oracle.visits import Visit

FRUSTRATED = ("high", "critical")
OF_REPLAYS = (
    "last_replay_url",
    "last_replay_at",
    "worst_replay_url_30d",
    "replay_count_30d",
)


def traits_of_accounts(
    visits: Iterable[Visit], settings: Settings, as_of: datetime
) -> dict[str, Traits]:
    """The traits of each account, without those that are null."""
    by_account: dict[str, list[Visit]] = defaultdict(list)
    by_profile: dict[Profile, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.profile:
            by_profile[visit.profile].append(visit)
            if visit.account:
                by_account[visit.account].append(visit)
    return {
        account_id: _account(theirs, by_profile, settings, as_of)
        for account_id, theirs in by_account.items()
        if any(v.is_counted and v.profile and v.profile.user_id for v in theirs)
    }


def _account(
    visits: list[Visit],
    by_profile: dict[Profile, list[Visit]],
    settings: Settings,
    as_of: datetime,
) -> Traits:
    counted = [visit for visit in visits if visit.is_counted]
    people = {visit.profile for visit in counted if visit.profile}
    scores = [score_traits(by_profile[each], settings, as_of) for each in people]
    worst = max(scores, key=lambda each: each.get("frustration_score", -1))
    replays = replay_traits(visits, as_of)
    return present(
        {
            "definition_version": settings.definition_version,
            "people_count": len(people),
            "sessions_count": len(counted),
            "frustrated_people_count": sum(
                each.get("frustration_band") in FRUSTRATED for each in scores
            ),
        }
        | worst
        | {name: replays.get(name) for name in OF_REPLAYS}
    )
