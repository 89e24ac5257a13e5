"""Ask Segment's CDN whether it knows a write key, and in which region.

The address of these settings holds the key: it is kept out of every log and error.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from tracking.http import httpx

CDN = "https://cdn.segment.com"
_PATH = "/v1/projects/"
# analytics.js sends here where the settings name no other host.
_DEFAULT_HOST = "api.segment.io"


class KeyVerdict(StrEnum):
    """
    What the settings say of a key.

    * known      A source has it, and its calls belong to this address.
    * elsewhere  A source has it, in the other region: every call would be lost.
    * unknown    No source has it, or the CDN does not say.
    * unsure     No answer that could be read.
    """

    KNOWN = "known"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    UNSURE = "unsure"


def key_verdict(
    write_key: str,
    *,
    hosts: frozenset[str],
    cdn: str = CDN,
    transport: httpx.BaseTransport | None = None,
) -> KeyVerdict:
    """
    Look the key up.

    Args:
        write_key: The source's key.
        hosts: The hosts of Tracking APIs at which its calls are right.
        cdn: Where the settings are: an address without a path.
        transport: For tests.
    """
    url = f"{cdn.rstrip('/')}{_PATH}{write_key}/settings"
    try:
        with _unlogged(), httpx.Client(timeout=10, transport=transport) as http:
            response = http.get(url)
    except (httpx.RequestError, httpx.InvalidURL):
        return KeyVerdict.UNSURE
    if response.status_code in (400, 403, 404):
        return KeyVerdict.UNKNOWN
    if response.status_code != 200:
        return KeyVerdict.UNSURE
    return _read(response, hosts)


def _read(response: httpx.Response, hosts: frozenset[str]) -> KeyVerdict:
    try:
        segment = response.json()["integrations"]["Segment.io"]
        host = str(segment.get("apiHost") or _DEFAULT_HOST)
    except (ValueError, KeyError, TypeError, AttributeError):
        return KeyVerdict.UNSURE
    is_here = host.removeprefix("https://").split("/")[0] in hosts
    return KeyVerdict.KNOWN if is_here else KeyVerdict.ELSEWHERE


def _has_no_key(record: logging.LogRecord) -> bool:
    return _PATH not in record.getMessage()


@contextmanager
def _unlogged() -> Iterator[None]:
    """httpx logs every address that it asks."""
    logger = logging.getLogger("httpx")
    logger.addFilter(_has_no_key)
    try:
        yield
    finally:
        logger.removeFilter(_has_no_key)
