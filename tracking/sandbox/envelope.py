"""Turn a request into the messages that it carries, or refuse it whole.

Pure: bytes and headers in, no HTTP framework, no clock.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracking.limits import MESSAGE_BYTES, REQUEST_BYTES

# Segment answers 400 to abc123 and to no key at all, 200 to anything of the usual
# length. Where between them the line is, is not documented.
SHORTEST_WRITE_KEY = 8

# Analytics.js names a path by the first letter of a call; /v1/m is its beacon.
SINGLE_PATHS: Mapping[str, str] = {
    call[: length or None]: call
    for call in ("identify", "track", "page", "screen", "group", "alias")
    for length in (0, 1)
}
BATCH_PATHS = frozenset({"batch", "b", "import"})

# What a batch says once for all of its messages.
_SHARED = ("context", "integrations")


class Refused(Exception):
    """Segment answers 400 to the request, and keeps nothing of it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """
    What one request carries.

    The code is one of those that concern a request as a whole, and None as a rule.
    """

    write_key: str
    messages: list[object]
    context: dict[str, Any] = field(default_factory=dict)
    integrations: dict[str, Any] = field(default_factory=dict)
    sent_at: object = None
    code: str | None = None


def open_envelope(call: str, headers: Mapping[str, str], body: bytes) -> Envelope:
    """
    Read the request that came to /v1/<call>.

    The content type is not looked at: analytics.js sends its JSON as text/plain.

    Raises:
        Refused: The body is too large or no JSON object, a message is too large, or
            the write key is missing or too short.
    """
    content = _json_object(plain_body(headers.get("content-encoding", ""), body))
    # The body's copy of the key goes no further. If it differs from the header's, the
    # header wins; which one wins at Segment is not documented.
    write_key = _key_of_header(headers.get("authorization", ""))
    in_body = content.pop("writeKey", None)
    write_key = write_key or (in_body if isinstance(in_body, str) else "")
    if len(write_key) < SHORTEST_WRITE_KEY:
        raise Refused("invalid_write_key", "The write key is missing or too short.")

    if call in BATCH_PATHS:
        return _batch(write_key, content)
    _check_size(content)
    return Envelope(
        write_key=write_key,
        messages=[{**content, "type": SINGLE_PATHS[call]}],
        sent_at=content.get("sentAt"),
    )


def _batch(write_key: str, content: dict[str, Any]) -> Envelope:
    messages = content.get("batch")
    if not isinstance(messages, list):
        return Envelope(write_key=write_key, messages=[], code="bad_request")
    context, integrations = map(_object, map(content.get, _SHARED))
    for message in [*messages, {"context": context, "integrations": integrations}]:
        _check_size(message)
    return Envelope(
        write_key=write_key,
        messages=messages,
        context=context,
        integrations=integrations,
        sent_at=content.get("sentAt"),
        code=None if messages else "empty_batch",
    )


def plain_body(encoding: str, body: bytes) -> bytes:
    """
    The body as it was before gzip, read no further than the limit.

    Raises:
        Refused: It is no gzip, or too large.
    """
    if encoding.strip().lower() == "gzip":
        gunzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            body = gunzip.decompress(body, REQUEST_BYTES + 1)
        except zlib.error:
            raise Refused("invalid_gzip", "The body is no gzip.") from None
    if len(body) > REQUEST_BYTES:
        raise Refused("request_too_large", "The body is larger than 500,000 bytes.")
    return body


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("invalid_json", "The body is no JSON.") from None
    if not isinstance(content, dict):
        raise Refused("invalid_json", "The body is no JSON object.")
    return content


def _key_of_header(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[0]


def _check_size(message: object) -> None:
    # Measured as compact JSON: a sender's spaces between values do not count.
    try:
        size = len(orjson.dumps(message))
    except orjson.JSONEncodeError:
        raise Refused("invalid_json", "A message is nested too deeply.") from None
    if size > MESSAGE_BYTES:
        raise Refused("message_too_large", "A message is larger than 32,768 bytes.")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
