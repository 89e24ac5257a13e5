"""The query of a request to the Profile API -> pages, names and times."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

DEFAULT_LIMIT = 10
_COMPUTATIONS = {"audience": "audience", "computed_trait": "trait"}


class Invalid(ValueError):
    """What is asked makes no sense."""


def page(
    request: Request, items: Sequence[Any], most: int
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    limit = number(request, "limit", DEFAULT_LIMIT)
    if not 1 <= limit <= most:
        raise Invalid(f"limit is from 1 to {most}.")
    start = number(request, "next", 0)
    stop = start + limit
    has_more = stop < len(items)
    path = request.url.path
    return items[start:stop], {
        "url": path,
        "has_more": has_more,
        "next": str(stop) if has_more else "",
        "limit": limit,
    }


def number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise Invalid(f"{name} is a whole number.")
    return int(text)


def names(request: Request, name: str) -> frozenset[str]:
    return frozenset(filter(None, request.query_params.get(name, "").split(",")))


def computation(request: Request) -> str | None:
    """Of a `class` of traits, the word that Engage has for it in its calls."""
    asked = request.query_params.get("class")
    if asked is None:
        return None
    if asked not in _COMPUTATIONS:
        raise Invalid(f"class is {' or '.join(_COMPUTATIONS)}.")
    return _COMPUTATIONS[asked]


def time(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    try:
        return moment(text) if text else None
    except ValueError:
        raise Invalid(f"{name} is a time in ISO 8601.") from None


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
