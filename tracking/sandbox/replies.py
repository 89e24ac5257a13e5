"""The few shapes in which the sandbox answers."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

_LINES_A_CHUNK = 500


def ndjson_reply(lines: Iterator[bytes]) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        while chunk := b"".join(islice(lines, _LINES_A_CHUNK)):
            yield chunk

    return StreamingResponse(chunks(), media_type="application/x-ndjson")


def json_reply(content: object, *, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def error_reply(status: int, code: str, message: str) -> Response:
    # Segment's libraries read different ones of the three, and all of them want JSON.
    return json_reply(
        {"code": code, "message": message, "error": message}, status=status
    )


async def http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == 404 else "bad_request"
    return error_reply(error.status_code, code, error.detail)
