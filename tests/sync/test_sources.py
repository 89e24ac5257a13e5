"""The ledger's tables, as the project's dbt sources promise them to analysts."""

from typing import Any

from sync.config.builds import node_builds
from sync.ledger.tables import LedgerTables


def test_the_documented_columns_are_those_of_the_ledger(
    manifest: dict[str, Any],
) -> None:
    """
    None is missing, none is made up, and they lie where the sync writes them.
    """
    ledger = LedgerTables("relyv")
    tables = [ledger.runs, ledger.rejections, ledger.plans]
    written = {(ledger.schema, t.name): {c.name for c in t.columns} for t in tables}
    builds = node_builds("relyv_builds")
    written[(str(builds.schema), builds.name)] = {c.name for c in builds.columns}

    promised = {
        (source["schema"].replace(_schema(manifest), "relyv", 1), source["name"]): set(
            source["columns"]
        )
        for source in manifest["sources"].values()
        if source["source_name"] in ("ledger", "builds")
    }

    assert promised == written


def _schema(manifest: dict[str, Any]) -> str:
    """The target's schema, as the models of the step `syncs` show it."""
    (schema,) = {
        node["schema"].removesuffix("_syncs")
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"].endswith("_syncs")
    }
    return str(schema)
