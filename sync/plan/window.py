"""How long Segment remembers a messageId, and what that means for an old plan.

An identify or group call that is made twice leaves the same traits, so such a plan is
finished whatever its age. An event that is made twice happened twice.
"""

import logging
from datetime import datetime, timedelta

from sync.errors import DuplicatesPossible
from sync.plan.frozen import FrozenPlan
from tracking.limits import DEDUPE_SECONDS

logger = logging.getLogger("relyv.sync")

WINDOW = timedelta(seconds=DEDUPE_SECONDS)
# Ours: four hours to mend what holds the plan up.
WARN_AFTER = timedelta(hours=20)


def check_window(
    plan: FrozenPlan, now: datetime, *, settled: int, accept: bool
) -> None:
    """
    Stop before an event is sent again that Segment may have and no longer recognises.

    Raises:
        DuplicatesPossible: The plan is too old, and nobody has accepted doubles.
    """
    if plan.settings.sends_type in ("identify", "group"):
        return
    age, left = now - plan.planned_at, plan.rows - settled
    if age >= WINDOW and not accept:
        raise DuplicatesPossible(
            f"{plan.sync}: plan {plan.number} is {_hours(age)} hours old and {left:,} "
            "of its events are not known to have arrived. Those that were on their way "
            "when it stopped may be in Segment already, which forgets messageIds after "
            f"24 hours. Nothing was sent. `relyv sync in-doubt {plan.sync}` lists them "
            f"and `relyv sync run {plan.sync} --accept-duplicates` finishes the plan."
        )
    if age >= WARN_AFTER:
        logger.warning(
            "sync.plan_is_old sync=%s plan=%d hours=%d left=%d",
            plan.sync,
            plan.number,
            _hours(age),
            left,
        )


def _hours(age: timedelta) -> int:
    return int(age.total_seconds() // 3600)
