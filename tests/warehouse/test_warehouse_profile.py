"""What profiles.yml says, and what no warehouse could be opened with."""

import json
from pathlib import Path

import pytest

from warehouse import ProfileError, open_warehouse

PROJECT = {
    "profile": "small",
    "models": {"small": {"identity": {"+schema": "identity"}}},
    "vars": {"segment_schemas": ["segment", "segment_web"], "relyv_raw_schema": "raw"},
}


def write_project(folder: Path, file: str) -> None:
    output = {"type": "duckdb", "path": file, "schema": "relyv"}
    profiles = {"small": {"target": "demo", "outputs": {"demo": output}}}
    # JSON is YAML.
    (folder / "profiles.yml").write_text(json.dumps(profiles))
    (folder / "dbt_project.yml").write_text(json.dumps(PROJECT))


@pytest.mark.parametrize(
    "file", ["relyv_identity", "Relyv_Ledger", "segment_web", "raw"]
)
def test_a_duckdb_file_that_is_named_like_a_schema_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """
    A step's schema, relyv's own, or one of raw data: DuckDB would take none of its
    names.
    """
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    write_project(tmp_path, f"{file}.duckdb")

    with (
        pytest.raises(ProfileError, match=f"cannot tell {file} from {file}"),
        open_warehouse(tmp_path, "demo"),
    ):
        raise AssertionError

    assert not (tmp_path / f"{file}.duckdb").exists()


@pytest.mark.parametrize("file", ["relyv", "relyv_prod", "identity"])
def test_a_duckdb_file_may_be_named_like_the_profile_s_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """
    Nothing is in that schema itself; nor in one that no step has.
    """
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    write_project(tmp_path, f"{file}.duckdb")

    with open_warehouse(tmp_path, "demo") as warehouse:
        schema = warehouse.step_schema("identity")
        with warehouse.engine.begin() as connection:
            connection.exec_driver_sql(f"create schema {schema}")
            connection.exec_driver_sql(f"create table {schema}.people as select 1 as a")
            found = connection.exec_driver_sql(f"select a from {schema}.people")
            assert found.scalar_one() == 1
