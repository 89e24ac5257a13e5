"""A dbt target -> an open warehouse.

Everything that differs between the three kinds when connecting is here.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.compiler import IdentifierPreparer

from warehouse.errors import WarehouseBusy, WarehouseUnreachable
from warehouse.memory import Memory
from warehouse.profile import Profile, read_profile

# A dbt build of a laptop's file takes seconds; longer than this is somebody's UI.
BUSY_WAIT_SECONDS = 20.0
SNOWFLAKE_LOGIN_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """An engine, and the names that the dbt target gives."""

    engine: Engine
    target: str
    kind: str
    schema: str
    project_dir: Path = Path()
    memory: Memory = field(default_factory=lambda: Memory({}))

    def step_schema(self, step: str) -> str:
        """The schema of one step of the flow, as dbt names it."""
        return f"{self.schema}_{step}"

    def reopen(self) -> None:
        """
        Close a DuckDB file and open it anew; nobody may have a connection meanwhile.

        Raises:
            WarehouseBusy: Another process was faster, and has it open for long.
        """
        self.engine.dispose()
        _connect_once(self.engine, self.target, self.kind, _patience(None))


@contextmanager
def open_warehouse(
    project_dir: Path,
    target: str | None = None,
    *,
    busy_wait_seconds: float | None = None,
) -> Iterator[Warehouse]:
    """
    Open the warehouse of a dbt target, and close it again.

    A DuckDB file that another process holds is waited for: 20 seconds, or what
    RELYV_BUSY_WAIT_SECONDS says.

    Raises:
        ProfileError: profiles.yml does not say where it is.
        WarehouseBusy: It is a DuckDB file, and another process has it open.
        WarehouseUnreachable: It does not answer, or refuses the account.
    """
    profile = read_profile(project_dir, target)
    own: Any = profile.settings.get("settings") or {}
    memory = Memory(own)
    engine = _ENGINES[profile.kind](profile, project_dir, memory)
    try:
        patience = _patience(busy_wait_seconds)
        _connect_once(engine, profile.target, profile.kind, patience)
        yield Warehouse(
            engine=engine,
            target=profile.target,
            kind=profile.kind,
            schema=profile.schema,
            project_dir=project_dir,
            memory=memory,
        )
    finally:
        engine.dispose()


def _patience(seconds: float | None) -> float:
    if seconds is not None:
        return seconds
    return float(os.environ.get("RELYV_BUSY_WAIT_SECONDS", BUSY_WAIT_SECONDS))


def _connect_once(engine: Engine, target: str, kind: str, wait_seconds: float) -> None:
    """Meet a locked file or a wrong password here, with a sentence, not later."""
    attempts = stamina.retry_context(
        on=_is_locked, attempts=None, timeout=wait_seconds, wait_max=1.0
    )
    try:
        for attempt in attempts:
            with attempt, engine.connect() as connection:
                connection.execute(text("select 1"))
    except DBAPIError as error:
        raise _sentence(error, target, kind) from None


def _is_locked(error: Exception) -> bool:
    return isinstance(error, OperationalError) and "Could not set lock" in str(error)


def _sentence(error: DBAPIError, target: str, kind: str) -> Exception:
    # The driver's own text can hold the address and the account: it stays out.
    if _is_locked(error):
        holder = re.search(r"PID (\d+)", str(error))
        who = f"process {holder.group(1)}" if holder else "another process"
        return WarehouseBusy(
            f"The DuckDB file of target '{target}' is held by {who}; one "
            "process at a time can open it. Close it, or try again when it has "
            "finished."
        )
    return WarehouseUnreachable(
        f"Target '{target}' ({kind}) cannot be opened: {type(error.orig).__name__}. "
        f"`dbt debug --target {target}` says more."
    )


def _duckdb(profile: Profile, project_dir: Path, memory: Memory) -> Engine:
    path = project_dir / str(profile.settings["path"])
    engine = create_engine(
        URL.create("duckdb", database=str(path)),
        poolclass=QueuePool,
        pool_size=4,
        hide_parameters=True,  # rows, in the text of an error
    )
    wanted: Mapping[str, Any] = {
        # Never the network: an extension that is missing is an error, not a download.
        "autoinstall_known_extensions": False,
        # A twentieth of a run's CPU time, and nobody sees it.
        "enable_progress_bar": False,
        "temp_directory": str(path) + ".tmp",
        "TimeZone": "UTC",
    }

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        # Limits that have changed since then hold for every connection.
        for name, value in {**wanted, **memory.settings, **memory.own}.items():
            # The whole file's, whatever connection sets it; once DuckDB has spilled
            # there, it refuses even the folder that it has.
            if name == "temp_directory" and _setting(connection, name) == str(value):
                continue
            connection.execute(f"set {name} = '{value}'")

    return engine


def _setting(connection: Any, name: str) -> object:
    return connection.execute(f"select current_setting('{name}')").fetchone()[0]


def _postgres(profile: Profile, _: Path, __: Memory) -> Engine:
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
        hide_parameters=True,
        # JSON comes as its text, as from every other warehouse: whoever wants it
        # parsed cannot tell a JSON string from its content otherwise.
        json_deserializer=bytes.decode,
        connect_args={
            "connect_timeout": 10,
            **_given(settings, *_LIBPQ_SETTINGS),
            "options": _postgres_options(settings),
        },
    )


def _postgres_options(settings: Mapping[str, object]) -> str:
    wanted = {
        "timezone": "UTC",
        # A plan on its way is one open transaction; a patient retry must not end it.
        "idle_in_transaction_session_timeout": 0,
        **_given(settings, "role", "search_path"),
    }
    return " ".join(
        f"-c {name}=" + str(value).replace("\\", "\\\\").replace(" ", "\\ ")
        for name, value in wanted.items()
    )


def _given(settings: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: settings[name] for name in names if settings.get(name)}


def _snowflake(profile: Profile, _: Path, __: Memory) -> Engine:
    settings = {name: value for name, value in profile.settings.items() if value}
    arguments = {
        argument: settings[name]
        for name, argument in _SNOWFLAKE_ARGUMENTS.items()
        if name in settings
    }
    session: dict[str, object] = {"TIMEZONE": "UTC"}
    if "query_tag" in settings:
        session["QUERY_TAG"] = settings["query_tag"]
    engine = create_engine(
        "snowflake://",
        pool_size=4,
        hide_parameters=True,
        connect_args={
            **arguments,
            "login_timeout": SNOWFLAKE_LOGIN_SECONDS,
            "session_parameters": session,
            # A plan on its way may wait for Segment longer than a session lives.
            "client_session_keep_alive": True,
            # Who hosts this process is nobody's business, and asking takes time.
            "platform_detection_timeout_seconds": 0.0,
        },
    )
    _keep_names(engine)
    return engine


def _keep_names(engine: Engine) -> None:
    """Let a name have quotes and per cent signs, of which the dialect makes others."""
    preparer: Any = engine.dialect.identifier_preparer
    plain = IdentifierPreparer.format_label
    preparer.format_label = lambda *label: plain(preparer, *label)

    # The dialect doubles per cent signs, and the connector leaves them so in what is
    # neither compiled nor has parameters.
    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _halve(
        _: Any, __: Any, statement: str, parameters: Any, context: Any, ___: Any
    ) -> tuple[str, Any]:
        is_raw = not parameters and context.compiled is None
        return statement.replace("%%", "%") if is_raw else statement, parameters


# What dbt hands on to the driver as it is.
_LIBPQ_SETTINGS = (
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "connect_timeout",
    "keepalives_idle",
)
# dbt's word in profiles.yml -> the connector's.
_SNOWFLAKE_ARGUMENTS = {
    name: name
    for name in (
        "account",
        "user",
        "password",
        "authenticator",
        "token",
        "database",
        "warehouse",
        "role",
        "host",
        "port",
        "protocol",
    )
} | {
    "private_key_path": "private_key_file",
    "private_key_passphrase": "private_key_file_pwd",
}
_ENGINES = {"duckdb": _duckdb, "postgres": _postgres, "snowflake": _snowflake}
