"""The Profile API's routes: what Unify knows of one profile, to a server that asks.

Basic auth with a token as the user's name, as at profiles.segment.com. The sandbox has
one space, and takes any name and any token for it.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tracking.sandbox.identity_graph import Profile
from tracking.sandbox.people import Known
from tracking.sandbox.profile_questions import (
    Invalid,
    computation,
    moment,
    names,
    page,
    time,
)
from tracking.sandbox.replies import json_reply
from tracking.sandbox.state import sandbox_of

EVENT_DAYS = 14
MOST_TRAITS, MOST_LINKS, MOST_OTHERS = 200, 20, 100

_Answer = Callable[[Request, Profile | None, Known], Mapping[str, Any]]


def _route(answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        response = _respond(request, answer)
        response.headers["Request-Id"] = str(uuid4())
        return response

    return endpoint


def _respond(request: Request, answer: _Answer) -> Response:
    sandbox = sandbox_of(request)
    if not _has_token(request.headers.get("authorization", "")):
        return _error(401, "authentication_error", "The token is missing.")
    if not sandbox.profile_requests.take():
        return _error(429, "rate_limit_error", "100 requests a second are too many.")
    kind, _, value = request.path_params["external_id"].partition(":")
    found = _find(request, kind, value)
    if found is None:
        return _error(404, "not_found", "Profile was not found.")
    try:
        return json_reply(answer(request, *found))
    except Invalid as invalid:
        return _error(400, "validation_error", str(invalid))


def _find(
    request: Request, kind: str, value: str
) -> tuple[Profile | None, Known] | None:
    space = sandbox_of(request).space
    match request.path_params["collection"]:
        case "users":
            return space.person((kind, value))
        case "accounts" if kind == "group_id":
            account = space.account(value)
            return (None, account) if account else None
    return None


def _traits(request: Request, _: Profile | None, about: Known) -> Mapping[str, Any]:
    wanted = names(request, "include")
    computed = computation(request)
    is_verbose = request.query_params.get("verbose") == "true"
    traits = [
        (
            name,
            {
                "value": trait.value,
                "source_id": trait.told_by["triggering_event_source_id"],
                "updated_at": trait.told_by["timestamp"],
            }
            if is_verbose
            else trait.value,
        )
        for name, trait in sorted(about.traits.items())
        if trait.value is not None
        and (not wanted or name in wanted)
        and computed in (None, trait.computation)
    ]
    found, cursor = page(request, traits, MOST_TRAITS)
    return {"traits": dict(found), "cursor": cursor}


def _external_ids(
    request: Request, profile: Profile | None, about: Known
) -> Mapping[str, Any]:
    space = sandbox_of(request).space
    group = request.path_params["external_id"].partition(":")[2]
    told = (
        [(each, space.told_by(each)) for each in profile.identifiers]
        if profile
        else [(("group_id", group), about.first)]
    )
    ids = [
        {
            "source_id": row["triggering_event_source_id"],
            "collection": request.path_params["collection"],
            "id": value,
            "type": kind,
            "created_at": row["timestamp"],
            "encoding": "none",
            "first_message_id": row["triggering_event_id"],
        }
        for (kind, value), row in told
    ]
    found, cursor = page(request, ids, MOST_OTHERS)
    return {"data": found, "cursor": cursor}


def _events(request: Request, _: Profile | None, about: Known) -> Mapping[str, Any]:
    wanted, unwanted = names(request, "include"), names(request, "exclude")
    oldest = sandbox_of(request).clock.now() - timedelta(days=EVENT_DAYS)
    start = max(time(request, "start") or oldest, oldest)
    end = time(request, "end") or datetime.max.replace(tzinfo=UTC)
    rows = [
        (at, row)
        for row in about.events
        if start <= (at := moment(row["timestamp"])) <= end
        and (not wanted or row["triggering_event_name"] in wanted)
        and row["triggering_event_name"] not in unwanted
    ]
    is_up = request.query_params.get("sort", "desc") == "asc"
    rows.sort(key=lambda each: (each[0], each[1]["seq"]), reverse=not is_up)
    events = [
        {
            "external_ids": [],
            "context": {},
            "type": "track",
            "source_id": row["triggering_event_source_id"],
            "message_id": row["triggering_event_id"],
            "timestamp": row["timestamp"],
            "properties": row["properties"],
            "event": row["triggering_event_name"],
        }
        for _, row in rows
    ]
    found, cursor = page(request, events, MOST_OTHERS)
    return {"data": found, "cursor": cursor}


def _links(request: Request, profile: Profile | None, _: Known) -> Mapping[str, Any]:
    space = sandbox_of(request).space
    group = request.path_params["external_id"].partition(":")[2]
    linked = (
        [("accounts", [each]) for each in space.accounts_of(profile)]
        if profile
        else [("users", each) for each in space.members_of(group)]
    )
    links = [
        {
            "to_collection": collection,
            "external_ids": [
                {
                    "id": value,
                    "type": kind,
                    "source_id": row["triggering_event_source_id"],
                    "collection": collection,
                    "created_at": row["timestamp"],
                    "encoding": "none",
                }
                for (kind, value), row in identifiers
            ],
        }
        for collection, identifiers in linked
    ]
    found, cursor = page(request, links, MOST_LINKS)
    return {"data": found, "cursor": cursor}


def _metadata(_: Request, __: Profile | None, about: Known) -> Mapping[str, Any]:
    return {
        "metadata": {
            "created_at": about.first.get("timestamp"),
            "updated_at": about.last.get("timestamp"),
            "expires_at": None,
            "first_message_id": about.first.get("triggering_event_id"),
            "first_source_id": about.first.get("triggering_event_source_id"),
            "last_message_id": about.last.get("triggering_event_id"),
            "last_source_id": about.last.get("triggering_event_source_id"),
        }
    }


def _has_token(header: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    try:
        plain = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and not plain.startswith(b":") and bool(plain)


def _error(status: int, code: str, message: str) -> Response:
    return json_reply({"error": {"code": code, "message": message}}, status=status)


_PROFILE = "/v1/spaces/{space}/collections/{collection}/profiles/{external_id}/"
ROUTES = [
    Route(_PROFILE + name, _route(answer), methods=["GET"])
    for name, answer in (
        ("traits", _traits),
        ("external_ids", _external_ids),
        ("events", _events),
        ("metadata", _metadata),
        ("links", _links),
    )
]
