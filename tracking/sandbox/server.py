"""Run the sandbox on a socket until it is told to stop."""

import asyncio
import socket
from contextlib import suppress

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tracking.sandbox.app import sandbox_app


def serve(host: str, port: int, *, latency_seconds: float = 0.0) -> None:
    """
    Listen on an address and serve until SIGINT or SIGTERM.

    It is ready as soon as GET /sandbox/summary answers.
    """
    with socket.create_server((host, port)) as listening:
        serve_socket(listening, latency_seconds=latency_seconds)


def serve_socket(listening: socket.socket, *, latency_seconds: float = 0.0) -> None:
    """
    Serve on a socket that listens already, so that nobody can take the port before us.
    """
    config = uvicorn.Config(
        sandbox_app(latency_seconds=latency_seconds),
        http=_Connection,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


class _Connection(H11Protocol):
    """A connection that the request on it can close without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "connection": transport}
