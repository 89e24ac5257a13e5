"""A dbt target -> an open warehouse.

Everything that differs between the three kinds when connecting is here.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from warehouse.errors import WarehouseBusy, WarehouseUnreachable
from warehouse.profile import Profile, read_profile

# A dbt build of a laptop's file takes seconds; longer than this is somebody's UI.
BUSY_WAIT_SECONDS = 20.0
DUCKDB_MEMORY_LIMIT = "2GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """An engine, and the names that the dbt target gives."""

    engine: Engine
    target: str
    kind: str
    schema: str

    def step_schema(self, step: str) -> str:
        """The schema of one step of the flow, as dbt names it."""
        return f"{self.schema}_{step}"


@contextmanager
def open_warehouse(
    project_dir: Path,
    target: str | None = None,
    *,
    busy_wait_seconds: float = BUSY_WAIT_SECONDS,
) -> Iterator[Warehouse]:
    """
    Open the warehouse of a dbt target, and close it again.

    Raises:
        ProfileError: profiles.yml does not say where it is.
        WarehouseBusy: It is a DuckDB file, and another process has it open.
        WarehouseUnreachable: It does not answer, or refuses the account.
    """
    profile = read_profile(project_dir, target)
    engine = _ENGINES[profile.kind](profile, project_dir)
    try:
        _connect_once(engine, profile, busy_wait_seconds)
        yield Warehouse(
            engine=engine,
            target=profile.target,
            kind=profile.kind,
            schema=profile.schema,
        )
    finally:
        engine.dispose()


def _connect_once(engine: Engine, profile: Profile, wait_seconds: float) -> None:
    """Meet a locked file or a wrong password here, with a sentence, not later."""
    attempts = stamina.retry_context(
        on=_is_locked, attempts=None, timeout=wait_seconds, wait_max=1.0
    )
    try:
        for attempt in attempts:
            with attempt, engine.connect() as connection:
                connection.execute(text("select 1"))
    except DBAPIError as error:
        raise _sentence(error, profile) from None


def _is_locked(error: Exception) -> bool:
    return isinstance(error, OperationalError) and "Could not set lock" in str(error)


def _sentence(error: DBAPIError, profile: Profile) -> Exception:
    # The driver's own text can hold the address and the account: it stays out.
    if _is_locked(error):
        holder = re.search(r"PID (\d+)", str(error))
        who = f"process {holder.group(1)}" if holder else "another process"
        return WarehouseBusy(
            f"The DuckDB file of target '{profile.target}' is held by {who}; one "
            "process at a time can open it. Close it, or try again when it has "
            "finished."
        )
    return WarehouseUnreachable(
        f"Target '{profile.target}' ({profile.kind}) cannot be opened: "
        f"{type(error.orig).__name__}. `dbt debug --target {profile.target}` says more."
    )


def _duckdb(profile: Profile, project_dir: Path) -> Engine:
    path = project_dir / str(profile.settings["path"])
    engine = create_engine(
        URL.create("duckdb", database=str(path)), poolclass=QueuePool, pool_size=4
    )
    wanted: Mapping[str, Any] = {
        # Never the network: an extension that is missing is an error, not a download.
        "autoinstall_known_extensions": False,
        "memory_limit": DUCKDB_MEMORY_LIMIT,
        "temp_directory": str(path) + ".tmp",
        "TimeZone": "UTC",
        **(profile.settings.get("settings") or {}),  # type: ignore[dict-item]
    }

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        for name, value in wanted.items():
            connection.execute(f"set {name} = '{value}'")

    return engine


def _postgres(profile: Profile, _: Path) -> Engine:
    settings = profile.settings
    url = URL.create(
        "postgresql+psycopg",
        username=str(settings["user"]),
        password=str(settings.get("password") or settings.get("pass") or "") or None,
        host=str(settings["host"]),
        port=int(str(settings.get("port", 5432))),
        database=str(settings.get("dbname") or settings.get("database")),
    )
    return create_engine(
        url,
        pool_size=4,
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
    )


def _snowflake(profile: Profile, _: Path) -> Engine:
    arguments = {
        name: profile.settings[name]
        for name in _SNOWFLAKE_ARGUMENTS
        if profile.settings.get(name)
    }
    if "private_key_path" in arguments:
        arguments["private_key_file"] = arguments.pop("private_key_path")
        if passphrase := profile.settings.get("private_key_passphrase"):
            arguments["private_key_file_pwd"] = passphrase
    session: dict[str, object] = {"TIMEZONE": "UTC"}
    if "query_tag" in arguments:
        session["QUERY_TAG"] = arguments.pop("query_tag")
    return create_engine(
        "snowflake://", connect_args={**arguments, "session_parameters": session}
    )


_SNOWFLAKE_ARGUMENTS = (
    "account",
    "user",
    "password",
    "database",
    "warehouse",
    "role",
    "host",
    "port",
    "protocol",
    "insecure_mode",
    "private_key_path",
    "query_tag",
)
_ENGINES = {"duckdb": _duckdb, "postgres": _postgres, "snowflake": _snowflake}
