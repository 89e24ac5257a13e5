"""The routes for looking into the sandbox, and for telling it what to do."""

from itertools import islice
from typing import Any

import httpx
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tracking.sandbox.entries import Stage
from tracking.sandbox.faults import fault_from
from tracking.sandbox.page import page
from tracking.sandbox.profiles_sync import TABLES
from tracking.sandbox.replies import json_reply, ndjson_reply
from tracking.sandbox.state import sandbox_of
from tracking.sandbox.webhooks import MOST_IN_A_BATCH, Webhook
from tracking.sandbox.workspace import workspace_from


async def _page(request: Request) -> Response:
    sandbox = sandbox_of(request)
    newest = sandbox.inbox.entries[-50:][::-1]
    return HTMLResponse(page(sandbox.summary(), newest))


async def _summary(request: Request) -> Response:
    return json_reply(sandbox_of(request).summary())


async def _messages(request: Request) -> Response:
    query = request.query_params
    offset, limit = _count(request, "offset", 0), _count(request, "limit", None)
    try:
        stage = Stage(query.get("stage", Stage.ACCEPTED))
    except ValueError:
        raise HTTPException(400, f"stage is one of {', '.join(Stage)}.") from None
    entries = sandbox_of(request).inbox.find(
        stage=stage,
        type=query.get("type"),
        event=query.get("event"),
        user_id=query.get("user_id"),
    )
    stop = None if limit is None else (offset or 0) + limit
    return ndjson_reply(entry.line() for entry in islice(entries, offset, stop))


async def _profiles(request: Request) -> Response:
    return ndjson_reply(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        for row in sandbox_of(request).inbox.profiles.rows()
    )


async def _profiles_sync(request: Request) -> Response:
    try:
        rows = sandbox_of(request).space.table(request.path_params["table"])
    except KeyError:
        tables = ", ".join(TABLES)
        raise HTTPException(
            404, f"The tables are {tables}, and one for each event that came."
        ) from None
    return ndjson_reply(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows
    )


async def _webhooks(request: Request) -> Response:
    return json_reply(sandbox_of(request).webhooks())


async def _add_webhook(request: Request) -> Response:
    fields = await _fields(request)
    size = fields.get("batch_size", 0)
    if not isinstance(size, int) or not 0 <= size <= MOST_IN_A_BATCH:
        raise HTTPException(400, f"batch_size is from 0 to {MOST_IN_A_BATCH:,}.")
    try:
        webhook = Webhook(**fields)
        httpx.Request("POST", webhook.url, headers=webhook.headers)
    except (TypeError, AttributeError, httpx.InvalidURL):
        raise HTTPException(
            400, "A webhook has url, secret, batch_size and headers."
        ) from None
    sandbox_of(request).send_to(webhook)
    return Response(status_code=204)


async def _reset(request: Request) -> Response:
    text = request.query_params.get("missed_repeats", "0")
    try:
        missed = float(text)
    except ValueError:
        missed = -1.0
    if not 0 <= missed <= 1:
        raise HTTPException(400, "missed_repeats is a share from 0 to 1.")
    sandbox_of(request).reset(missed_repeats=missed)
    return Response(status_code=204)


async def _advance(request: Request) -> Response:
    seconds = (await _fields(request)).get("advance_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise HTTPException(400, "advance_seconds is a number.")
    try:
        sandbox_of(request).clock.advance(seconds)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    return Response(status_code=204)


async def _clear_faults(request: Request) -> Response:
    sandbox_of(request).faults.clear()
    return Response(status_code=204)


async def _suppress(request: Request) -> Response:
    user_ids = (await _fields(request)).get("user_ids")
    if not isinstance(user_ids, list) or not all(isinstance(u, str) for u in user_ids):
        raise HTTPException(400, "user_ids is a list of text.")
    sandbox_of(request).inbox.suppressions.add(user_ids)
    return Response(status_code=204)


async def _add_faults(request: Request) -> Response:
    responses = (await _fields(request)).get("responses")
    if not isinstance(responses, list):
        raise HTTPException(400, "responses is a list of faults.")
    try:
        faults = [fault_from(fields) for fields in responses]
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    for fault in faults:
        sandbox_of(request).faults.add(fault)
    return Response(status_code=204)


async def _set_workspace(request: Request) -> Response:
    try:
        workspace = workspace_from(await _fields(request))
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    sandbox_of(request).inbox.workspace = workspace
    return Response(status_code=204)


async def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise HTTPException(400, "The body is no JSON.") from None
    if not isinstance(fields, dict):
        raise HTTPException(400, "The body is no JSON object.")
    return fields


def _count(request: Request, name: str, default: int | None) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise HTTPException(400, f"{name} is a whole number.")
    return int(text)


ROUTES = [
    Route("/", _page, methods=["GET"]),
    Route("/sandbox/summary", _summary, methods=["GET"]),
    Route("/sandbox/messages", _messages, methods=["GET"]),
    Route("/sandbox/messages", _reset, methods=["DELETE"]),
    Route("/sandbox/profiles", _profiles, methods=["GET"]),
    Route("/sandbox/profiles-sync/{table}", _profiles_sync, methods=["GET"]),
    Route("/sandbox/webhooks", _webhooks, methods=["GET"]),
    Route("/sandbox/webhooks", _add_webhook, methods=["POST"]),
    Route("/sandbox/clock", _advance, methods=["POST"]),
    Route("/sandbox/faults", _add_faults, methods=["POST"]),
    Route("/sandbox/faults", _clear_faults, methods=["DELETE"]),
    Route("/sandbox/suppressions", _suppress, methods=["POST"]),
    Route("/sandbox/workspace", _set_workspace, methods=["PUT"]),
]
