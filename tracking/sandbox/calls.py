"""Segment's own routes: what a library sends to, and how it may be made to fail."""

import asyncio
import socket
import struct
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tracking.limits import REQUEST_BYTES
from tracking.sandbox.envelope import (
    BATCH_PATHS,
    SHORTEST_WRITE_KEY,
    SINGLE_PATHS,
    Refused,
    open_envelope,
    plain_body,
)
from tracking.sandbox.faults import Fault
from tracking.sandbox.replies import error_reply, json_reply
from tracking.sandbox.state import Sandbox, sandbox_of
from tracking.write_key import write_key_fingerprint

_WITHOUT_BODY = frozenset({204, 304})


async def _call(request: Request) -> Response:
    """Any tracking call, single or batch."""
    call = request.path_params["call"]
    if call not in BATCH_PATHS and call not in SINGLE_PATHS:
        raise HTTPException(404, "The Tracking API has no such path.")

    sandbox = sandbox_of(request)
    # Those of now: an answer that comes after a reset does not count for what follows.
    answers = sandbox.answers
    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    fault = sandbox.faults.next(lambda: _plain(request.headers, body))
    await asyncio.sleep(sandbox.latency_seconds)
    response = (
        _take(sandbox, call, request.headers, body)
        if fault is None
        else await _fail(fault, request, body)
    )
    answers[str(response.status_code) if response else "none"] += 1
    return response or await _hang_up(request)


async def _body(request: Request) -> bytes:
    """The body; of one that is too large, enough to tell that it is."""
    body = bytearray()
    async for chunk in request.stream():
        if len(body) <= REQUEST_BYTES:
            body += chunk
    return bytes(body)


def _plain(headers: Mapping[str, str], body: bytes) -> bytes:
    """What a fault may look for; a body that cannot be read has nothing in it."""
    try:
        return plain_body(headers.get("content-encoding", ""), body)
    except Refused:
        return b""


def _take(
    sandbox: Sandbox, call: str, headers: Mapping[str, str], body: bytes
) -> Response:
    try:
        envelope = open_envelope(call, headers, body)
    except Refused as refusal:
        return error_reply(400, refusal.code, refusal.message)
    sandbox.inbox.take(envelope)
    return json_reply({"success": True})


async def _fail(fault: Fault, request: Request, body: bytes) -> Response | None:
    """Answer as the fault says; None stands for not at all."""
    if fault.store:
        call = request.path_params["call"]
        _take(sandbox_of(request), call, request.headers, body)
    await asyncio.sleep(fault.delay_seconds)
    if fault.status is None:
        return None
    if fault.status in _WITHOUT_BODY:
        response = Response(status_code=fault.status)
    elif fault.status < 300:
        response = json_reply({"success": True}, status=fault.status)
    else:
        response = error_reply(fault.status, "fault", "This answer was asked for.")
    response.headers.update(fault.headers)
    return response


async def _hang_up(request: Request) -> Response:
    """
    Reset the connection in place of an answer.

    `tracking.sandbox.server` puts the connection into the request's state: HTTP
    frameworks have no word for this. What does not linger is reset, and not closed.
    """
    connection = request.state.connection
    connection.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    connection.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def _settings(request: Request) -> Response:
    """What analytics.js fetches before its first call: here it sends to the sandbox."""
    write_key = request.path_params["write_key"]
    workspace = sandbox_of(request).inbox.workspace
    is_known = workspace.knows(write_key_fingerprint(write_key))
    if len(write_key) < SHORTEST_WRITE_KEY or not is_known:
        raise HTTPException(404, "There is no such source.")
    segment = {
        "apiKey": write_key,
        "apiHost": f"{request.url.netloc}/v1",
        "protocol": request.url.scheme,
    }
    return json_reply({"integrations": {"Segment.io": segment}})


async def _metrics(_: Request) -> Response:
    return json_reply({"success": True})


ROUTES = [
    Route("/projects/{write_key}/settings", _settings, methods=["GET"]),
    Route("/m", _metrics, methods=["POST"]),
    Route("/{call}", _call, methods=["POST"]),
    Route("/{call}/", _call, methods=["POST"]),
]
