"""The sandbox as a command: python -m tracking.sandbox [--port 8765]."""

import argparse
import socket

from tracking.sandbox.server import serve, serve_socket


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="tracking.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--latency-seconds", type=float, default=0.0)
    parser.add_argument("--fd", type=int, help="a socket that listens already")
    chosen = parser.parse_args()

    if chosen.fd is None:
        serve(chosen.host, chosen.port, latency_seconds=chosen.latency_seconds)
    else:
        with socket.socket(fileno=chosen.fd) as listening:
            serve_socket(listening, latency_seconds=chosen.latency_seconds)


if __name__ == "__main__":
    main()
