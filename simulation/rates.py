"""Every number that shapes a world, in one place.

Shares are of all people unless the name says otherwise. From half a percent on, a
block of 200 people has at least one of a kind, so small worlds are complete too.
"""

from typing import Final

PEOPLE_PER_BLOCK: Final = 200  # what one worker builds at a time: bounds its memory

# --- who logs in: the ceiling on what any identity method can know -----------------
NEVER_LOGS_IN: Final = 0.45
LOGS_IN_EARLY: Final = 0.33  # known since before the first day; the rest logs in late
FIRST_LOGIN_AFTER_END: Final = 0.03  # the retroactive stitch, seen on the second load

# --- who they are ------------------------------------------------------------------
BOTS: Final = 0.015  # three sorts take turns: webdriver, monitor, metronome
STAFF: Final = 0.01
CONSENT_DENIED: Final = 0.03
CHRONICALLY_FRUSTRATED: Final = 0.03  # enough to fill the top of a ranking
TWO_DEVICES: Final = 0.25
IN_EU: Final = 0.10
HAS_ACCOUNT: Final = 0.25
PEOPLE_PER_ACCOUNT: Final = 5
SUBSCRIBES_BY_EMAIL: Final = 0.08  # an e-mail without a user id
SERVER_SIDE_IDENTIFY: Final = 0.15  # a server names their device in the context
CRM_IDS: Final = 0.12
JUNK_IDS: Final = 0.02  # few calls, but naive stitching merges all their senders
SHOUTED_EMAIL: Final = 0.1  # of identifies: padded or in capitals, as forms send it

# --- what changes about them -------------------------------------------------------
RENAMED: Final = 0.015  # alias from one user id to another
RENAMED_AFTER_END: Final = 0.006
DEVICE_ALIASED: Final = 0.01  # alias whose previousId is an anonymous id
EMAIL_CHANGED: Final = 0.03
EMAIL_CHANGED_AFTER_END: Final = 0.01
ERASED: Final = 0.01

# --- shared devices: share of people per sort of place, and its size ---------------
SHARING: Final[dict[str, dict[str, float]]] = {
    "typical": {"family": 0.03},
    "shared": {"family": 0.17, "kiosk": 0.08, "cafe": 0.10},
}
PLACE_SIZE: Final = {"family": (2, 4), "kiosk": (6, 14), "cafe": (15, 25)}
VISITS_ON_SHARED: Final = {"family": 0.55, "kiosk": 0.3, "cafe": 0.4}  # of a member's
ONLY_SHARED: Final = 0.25  # of members: they own no device
MORE_IN_SITTING: Final = 3  # at most, before somebody else has the device
PAUSE_IN_SITTING_MS: Final = 1_800_000  # the longest, between two of them
LOGS_IN_ON_SHARED: Final = 0.55  # of visits there; nobody stays logged in

# --- visits ------------------------------------------------------------------------
VISITS_PER_MONTH: Final = 8  # the least; busy people come up to half as often again
VISITS_ON_SECOND: Final = 0.35  # of the visits of people with two devices
LOGGED_OUT: Final = 0.08  # of a known person's visits on their own device
IDENTIFIES_AGAIN: Final = 0.25  # of visits that begin logged in
BOUNCES: Final = 0.05  # people with one visit too short to score
RETURNS_AFTER_END: Final = 0.25
RETURNS_TWICE: Final = 0.25  # of those who come on the later day
MELTDOWN_AFTER_END: Final = 0.02
SECOND_TAB: Final = 0.05  # of visits
IDENTIFY_IN_SESSION: Final = 0.3  # of known visits: the replay tool is told again

# --- how visits go: calm, irritated, the rest melts down ---------------------------
CALM: Final = 0.86
IRRITATED: Final = 0.125
CHRONIC_CALM: Final = 0.30
CHRONIC_IRRITATED: Final = 0.45
VENDOR_FLAGS: Final = 0.7  # of episodes: the vendor sees many, not all

# --- support -----------------------------------------------------------------------
REPORTS_BUG: Final = 0.02
REPORTS_BUG_AFTER_END: Final = 0.01
REPLAY_SHARED: Final = 0.02
REPLAY_SHARED_AFTER_END: Final = 0.01

# --- recordings, of sessions; the rest is recorded ---------------------------------
SAMPLED_OUT: Final = 0.03
BLOCKED: Final = 0.01
EXPIRED: Final = 0.02
DELETED: Final = 0.02
REPLAY_KEPT_DAYS: Final = 90
VENDOR_SCORED: Final = 0.6

# --- delivery ----------------------------------------------------------------------
ARRIVES_AFTER_END: Final = 0.04  # a session of the last days, on a sleeping laptop
UNFINISHED_AT_END: Final = 0.02
REPLAY_DELETED_AFTER_END: Final = 0.02  # a newer row_version, as of those below
REPLAY_EXPIRED_AFTER_END: Final = 0.02
DELIVERED_LATE: Final = 0.03  # of visits: hours late, still before the end
DUPLICATED_AT_ONCE: Final = 0.002  # of lines
DUPLICATED_FAR: Final = 0.002  # of lines: hundreds of lines later
DUPLICATED_AFTER_END: Final = 0.001  # of lines
OUT_OF_ORDER: Final = 0.01  # of lines
SKEWED_CLOCKS: Final = 0.3  # of devices
LARGEST_SKEW_MS: Final = 90_000
