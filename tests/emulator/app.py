"""fakesnow's server, with what it gets wrong put right, as one ASGI application.

Whatever fails is an error of the statement: the connector retries an answer of
500 without end, and dbt would hang.
"""

import json
from collections.abc import Awaitable, Callable

from fakesnow.server import (
    login_request,
    query_request,
    routes,
    sessions,
    shared_fs,
    to_token,
)
from fakesnow.server import session as stock_session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.emulator.repairs import (
    end_session,
    enter_public_schema,
    repair,
    roll_back,
)

# What Snowflake answers to a feature that it does not have.
UNSUPPORTED, SQL_STATE = "000002", "0A000"


async def login(request: Request) -> Response:
    """Begin a session that the connector can end: without this token it never does."""
    answer = await login_request(request)
    content = json.loads(bytes(answer.body))
    token = content["data"]["token"]
    content["data"]["masterToken"] = token
    content["data"]["sessionInfo"] |= {
        "roleName": request.query_params.get("roleName"),
        "warehouseName": request.query_params.get("warehouse"),
    }
    if not request.query_params.get("schemaName"):
        enter_public_schema(sessions[token])
    return JSONResponse(content)


async def query(request: Request) -> Response:
    """Run a statement; one that the emulator cannot run is refused, not retried."""
    answer = await query_request(request)
    return _refused(_reason(answer)) if answer.status_code == 500 else answer


async def session(request: Request) -> Response:
    """End a session, and with it what lives no longer than a session."""
    connection = sessions.get(to_token(request))
    answer = await stock_session(request)
    if request.query_params.get("delete") and connection:
        end_session(connection)
    return answer


async def drop(request: Request) -> Response:
    """
    Drop a database, with the sessions in it and the results that were kept of any.

    The stock server keeps both as long as it lives: a hundred tests took 10 GB, and
    each look at a catalogue went through all of their databases.
    """
    name = request.path_params["name"]
    for token, connection in list(sessions.items()):
        if connection.database == name:
            end_session(connection)
            del sessions[token]
    shared_fs.duck_conn.execute(f'detach database if exists "{name}"')
    shared_fs.results_cache.clear()
    return Response()


async def end_transactions(request: Request) -> Response:
    """
    End the transactions of a database that a killed process has left open.

    Snowflake does so after five minutes, if they are in another's way.
    """
    for connection in sessions.values():
        if connection.database == request.path_params["name"]:
            roll_back(connection)
    return Response()


async def ready(_: Request) -> Response:
    """Answer that the server is up."""
    return Response()


def _reason(answer: Response) -> str:
    return str(json.loads(bytes(answer.body))["message"])


def _refused(reason: str) -> Response:
    return JSONResponse(
        {
            "data": {"errorCode": UNSUPPORTED, "sqlState": SQL_STATE},
            "code": UNSUPPORTED,
            "message": f"The emulator cannot run this: {reason}",
            "success": False,
        }
    )


def _routes() -> list[Route]:
    ours: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/session/v1/login-request": login,
        "/queries/v1/query-request": query,
        "/session": session,
    }
    stock = {route.path: route for route in routes}
    replaced = [Route(path, ours[path], methods=["POST"]) for path in ours]
    kept = [route for path, route in stock.items() if path not in ours]
    dropped = Route("/databases/{name}", drop, methods=["DELETE"])
    ended = Route(
        "/databases/{name}/transactions", end_transactions, methods=["DELETE"]
    )
    return [Route("/ready", ready), dropped, ended, *replaced, *kept]


repair()
app = Starlette(routes=_routes())
