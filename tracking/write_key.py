"""Name a write key without showing it."""

import hashlib


def write_key_fingerprint(write_key: str) -> str:
    """
    A short name for a key: the same key has the same name, and the way back is shut.

    Sixteen hexadecimal digits of a SHA-256. A Segment key is 32 random characters, so
    that no list of likely keys can be tried against it.
    """
    return hashlib.sha256(write_key.encode()).hexdigest()[:16]
