"""Know the connections of a client, to cut them while a request is on its way.

A close from another thread does not wake a thread that waits for an answer; a
shutdown of the socket does.
"""

import socket
from contextlib import suppress
from threading import Lock
from typing import Any
from weakref import WeakSet


class Sockets:
    """The sockets that httpx opened, seen through its `trace` extension."""

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()
        self._lock = Lock()
        self._is_cut = False

    def trace(self, event: str, details: dict[str, Any]) -> None:
        """Called by httpx at each step of a request."""
        if event not in _OPENED:
            return
        opened = details["return_value"].get_extra_info("socket")
        with self._lock:
            self._open.add(opened)
            if self._is_cut:
                _shut(opened)

    def cut(self) -> None:
        """End every request that waits for its answer, now and from now on."""
        with self._lock:
            self._is_cut = True
            for opened in self._open:
                _shut(opened)


_OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):
        # Not SSLSocket's own: it would first take the encryption off.
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
