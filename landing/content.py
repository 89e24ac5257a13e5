"""The content of a line: what of it can be stored, and an id made of it."""

import hashlib
import re
from collections.abc import Mapping

import orjson

from landing.errors import LineRejected

# An escaped U+0000, and not a backslash followed by "u0000".
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def storable(content: bytes) -> bytes:
    """
    Put U+FFFD, the replacement character, for each U+0000 of a JSON text.

    PostgreSQL stores no U+0000; an id that has one must be the same id everywhere.
    """
    return _NUL.sub(rb"\1\\ufffd", content) if rb"\u0000" in content else content


def content_hash(fields: Mapping[str, object]) -> str:
    """
    Hash the fields, whatever their order.

    Raises:
        LineRejected: They are nested more deeply than JSON can be written.
    """
    try:
        content = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise LineRejected("nested_too_deeply") from None
    return hashlib.sha256(content).hexdigest()
