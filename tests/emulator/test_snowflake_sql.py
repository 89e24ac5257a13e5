"""What real Snowflake is told, held against its grammar: the emulator forgives more."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from sqlalchemy import BigInteger, Column, MetaData, Select, Table, select
from sqlglot import exp

from sync.ledger.tables import LedgerTables
from tests.dbt_runs import run_dbt
from tests.warehouses import Place, Places
from warehouse.bulk import staged_copy
from warehouse.clock import utc_now
from warehouse.ddl import CreateTableAs

# Accepted by the emulator, which is DuckDB underneath, and unknown to Snowflake.
FOREIGN = (exp.Filter,)


@pytest.fixture(scope="module")
def compiled(
    places: Places, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The SQL of every model and test, compiled for Snowflake."""
    folder = tmp_path_factory.mktemp("compiled")
    with places.new("snowflake") as place:
        place.write_project(folder)
        run_dbt(folder, "compile", as_of="2026-02-01 00:00:00")
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    nodes = manifest["nodes"].values()
    models = {node["name"] for node in nodes if node["resource_type"] == "model"}
    # A test of a model that is switched off is listed, and not compiled.
    found = {
        node["name"]: node["compiled_code"]
        for node in nodes
        if node["resource_type"] in ("model", "test") and "compiled_code" in node
    }
    assert models <= set(found)
    return found


def parsed(sql: str) -> exp.Expression:
    """A statement, as Snowflake's grammar has it; any other is an error."""
    statement = sqlglot.parse_one(sql, read="snowflake")
    assert not isinstance(statement, exp.Command), sql
    return statement


def test_every_model_and_test_is_snowflake_sql(compiled: dict[str, str]) -> None:
    """
    And uses nothing that only DuckDB, which runs the emulator, would understand.
    """
    assert len(compiled) > 300
    found = {
        name: type(node).__name__
        for name, sql in compiled.items()
        for node in parsed(sql).walk()
        if _is_foreign(node)
    }

    assert found == {}


def _is_foreign(node: exp.Expression) -> bool:
    if isinstance(node, exp.Distinct):
        return bool(node.args.get("on"))
    return isinstance(node, FOREIGN)


# A reserved word, which an event's table may well bear.
ORDER = Table("order", MetaData(schema="relyv_raw"), Column("i", BigInteger))


@pytest.fixture
def snowflake() -> Any:
    from snowflake.sqlalchemy.snowdialect import SnowflakeDialect

    return SnowflakeDialect()


def test_rows_go_by_a_file_on_the_stage_of_their_table(snowflake: Any) -> None:
    """
    A reserved word is quoted in the table's name and in its stage's.
    """
    put, copy = staged_copy(snowflake, ORDER, Path("/tmp/x.parquet"))

    assert isinstance(parsed(put), exp.Put)
    copied = parsed(copy)
    assert isinstance(copied, exp.Copy)
    assert '@relyv_raw."%order"/x.parquet' in copy
    assert copied.this.name == "order"


def test_what_a_sync_makes_is_transient(snowflake: Any) -> None:
    """
    Without the seven days of fail-safe that Snowflake would bill.
    """
    nothing: Select[Any] = select(utc_now(120).label("at"))
    statement = CreateTableAs(ORDER, nothing).compile(dialect=snowflake)

    created = parsed(str(statement))

    assert created.find(exp.TransientProperty)
    assert "sysdate()" in str(statement)


@pytest.mark.parametrize("name", LedgerTables("relyv").metadata.tables)
def test_the_ledger_relies_on_no_key(name: str) -> None:
    """
    Snowflake would keep a second row with the same key without a word.
    """
    table = LedgerTables("relyv").metadata.tables[name]

    assert not table.primary_key.columns
    assert not table.indexes


def test_a_key_pair_role_warehouse_and_tag_are_taken_from_the_profile(
    places: Places, tmp_path: Path
) -> None:
    """
    The connector reads the key, with its passphrase, and signs with it.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "key.p8"
    path.write_bytes(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
        )
    )
    with places.new("snowflake") as place:
        settings = dict(place.settings)
        del settings["password"]
        settings |= {
            "private_key_path": str(path),
            "private_key_passphrase": "open sesame",
        }
        keyed = Place(kind="snowflake", settings=settings)

        with (
            keyed.open(tmp_path) as warehouse,
            warehouse.engine.connect() as connection,
        ):
            driver: Any = connection.connection.driver_connection

            assert driver.auth_class.type_.value == "SNOWFLAKE_JWT"
            assert (driver.role, driver.warehouse) == ("RELYV", "RELYV")
            assert driver._session_parameters["QUERY_TAG"] == "relyv-segment"
            assert connection.exec_driver_sql("select 1").scalar() == 1
