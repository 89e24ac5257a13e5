"""The Public API's routes for deletion and suppression, as at api.segmentapis.com."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from email.utils import format_datetime
from math import ceil

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tracking.sandbox.regulation_requests import InvalidRegulation, Scope, asked_of
from tracking.sandbox.regulations import AllowanceUsed
from tracking.sandbox.state import sandbox_of

# Documented (Public API, "Deletion and Suppression").
MOST_BYTES = 4_000_000
MEDIA_TYPE = "application/vnd.segment.v1+json"

_Endpoint = Callable[[Request], Awaitable[Response]]


def _create(scope: Scope) -> _Endpoint:
    async def create(request: Request) -> Response:
        return await _created(request, scope)

    return create


async def _created(request: Request, scope: Scope) -> Response:
    body = await request.body()
    if len(body) > MOST_BYTES:
        return _error(request, 400, "bad-request", "A call has at most 4 MB.")
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _error(request, 400, "bad-request", "The body is no JSON.")
    if not isinstance(asked, dict):
        return _error(request, 400, "bad-request", "The body is no JSON object.")
    try:
        made = sandbox_of(request).regulations.create(
            asked_of(asked, scope), request.path_params.get("source_id")
        )
    except InvalidRegulation as invalid:
        return _error(request, 422, "validation", invalid.message, invalid.field)
    except AllowanceUsed:
        # Which answer Segment has for this is not documented.
        return _error(request, 429, "too-many-requests", "110,000 users a month.")
    return _reply(request, {"data": {"regulateId": made.regulate_id}})


async def _list(request: Request) -> Response:
    source = request.path_params.get("source_id")
    made = sandbox_of(request).regulations.listed(source)
    regulations = [each.as_json() for each in made]
    return _reply(
        request,
        {"data": {"regulations": regulations, "pagination": _one_page(regulations)}},
    )


async def _get(request: Request) -> Response:
    found = sandbox_of(request).regulations.find(request.path_params["regulate_id"])
    if found is None:
        return _error(request, 404, "not-found", "There is no such regulation.")
    return _reply(request, {"data": {"regulation": found.as_json()}})


async def _suppressions(request: Request) -> Response:
    users = sandbox_of(request).inbox.suppressions.of_workspace()
    listed = [{"subjectType": "USER_ID", "subjectIds": users}] if users else []
    return _reply(
        request, {"data": {"suppressed": listed, "pagination": _one_page(users)}}
    )


def _one_page(items: Sequence[object]) -> dict[str, object]:
    return {"current": "MA==", "totalEntries": len(items)}


def _reply(request: Request, content: object, status: int = 200) -> Response:
    """The answer, and how often one may still ask."""
    sandbox = sandbox_of(request)
    allowed = sandbox.regulation_requests
    reset = sandbox.clock.now() + timedelta(seconds=allowed.seconds_left())
    headers = {
        "X-RateLimit-Remaining": str(allowed.requests - allowed.consumed),
        "X-RateLimit-Consumed": str(allowed.consumed),
        "X-RateLimit-Reset": format_datetime(reset, usegmt=True),
    }
    return Response(orjson.dumps(content), status, headers, media_type=MEDIA_TYPE)


def _error(
    request: Request, status: int, kind: str, message: str, field: str | None = None
) -> Response:
    error = {"type": kind, "message": message}
    if field:
        error["field"] = field
    return _reply(request, {"errors": [error]}, status)


def _guarded(endpoint: _Endpoint) -> _Endpoint:
    """A route that wants a token, and is asked no more than so often."""

    async def guarded(request: Request) -> Response:
        sandbox = sandbox_of(request)
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return _error(request, 401, "unauthorized", "The token is missing.")
        if not sandbox.regulation_requests.take():
            response = _error(request, 429, "too-many-requests", "600 a minute.")
            seconds = ceil(sandbox.regulation_requests.seconds_left())
            response.headers["Retry-After"] = str(seconds)
            return response
        return await endpoint(request)

    return guarded


ROUTES = [
    Route(path, _guarded(endpoint), methods=[method])
    for method, path, endpoint in (
        ("POST", "/regulations", _create(Scope.WORKSPACE)),
        ("GET", "/regulations", _list),
        ("GET", "/regulations/{regulate_id}", _get),
        ("POST", "/regulations/sources/{source_id}", _create(Scope.SOURCE)),
        ("POST", "/regulations/cloudsources/{source_id}", _create(Scope.CLOUD_SOURCE)),
        ("GET", "/regulations/sources/{source_id}", _list),
        ("GET", "/suppressions", _suppressions),
    )
]
