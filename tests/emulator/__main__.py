"""The emulator as a command: python -m tests.emulator --fd 3."""

import argparse
import socket

import uvicorn

from tests.emulator.app import app


def main() -> None:
    """Serve on a socket that listens already."""
    parser = argparse.ArgumentParser(prog="tests.emulator", description=__doc__)
    parser.add_argument("--fd", type=int, required=True)
    chosen = parser.parse_args()

    config = uvicorn.Config(app, log_level="warning", access_log=False)
    with socket.socket(fileno=chosen.fd) as listening:
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
