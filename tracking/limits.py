"""What Segment's Tracking API takes, in numbers.

Every number names where it comes from: *documented* by Segment, *read* in the code
of Segment's own libraries, or *ours*.
"""

# Documented as 32 KB (HTTP API, "Max request size"); the libraries read it as 32 << 10.
MESSAGE_BYTES = 32_768

# Documented as 500 KB a request. Whether before or after gzip is not: we count before.
REQUEST_BYTES = 500_000

# Read in segment-analytics-python 2.4.0: what a sender allows itself, with room for
# what is added on the way.
SENDER_REQUEST_BYTES = 475_000

# Documented (HTTP API, "Errors"): what is beyond it is dropped after a 200.
REQUEST_MESSAGES = 2_500

# Documented (Unify, "Product limits"): a longer messageId keeps the message from Unify.
MESSAGE_ID_CHARACTERS = 100

# Documented (Unify, "Product limits"), for group calls and for context.groupId.
GROUP_ID_CHARACTERS = 500

# Documented (Unify, "Product limits"): an identify with this many is rejected; any
# other call may have exactly as many, and no more.
UNIFY_TRAITS = 300

# Documented ("at least 24 hours", "Handling duplicate data").
DEDUPE_SECONDS = 24 * 60 * 60

# Read in segment-analytics-python 2.4.0 and Segment's Java library.
RETRY_AFTER_SECONDS = 300
