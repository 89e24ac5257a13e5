"""What a row says -> an id of its own, however the line was spelled."""

import hashlib
from collections.abc import Mapping

import orjson

from landing.errors import LineRejected


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
