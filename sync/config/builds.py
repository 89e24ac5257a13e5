"""Is the model what its code says, and did its tests pass? As dbt's last run told.

The hook `record_builds` keeps the last word on each node in the warehouse, whoever ran
dbt. It is held against the manifest, and the manifest against the files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, String, Table, select

from sync.config.edits import edited_model, written_settings
from sync.errors import ModelUnfit
from warehouse import Warehouse
from warehouse.ddl import table_exists

_FAILED = ("fail", "error", "runtime error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """
    What the manifest says of a sync's model and of all that it is built from.

    Attributes:
        model: dbt's id of the model.
        fingerprints: Of the model and its ancestors: the code's and contract's hash.
        tests: The tests of any of them.
        sources: Files of SQL, with the hash that the manifest has of them.
        exposure_file: The yml of the exposure, from the project's folder.
        settings: The exposure's block as the manifest has it.
    """

    model: str
    fingerprints: Mapping[str, str]
    tests: frozenset[str]
    sources: Mapping[str, str]
    exposure: str
    exposure_file: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    status: str
    fingerprint: str
    invocation: str
    started_at: datetime


def lineage_of(
    exposure: Mapping[str, Any], manifest: Mapping[str, Any]
) -> Lineage | None:
    """Read it from the manifest; None where dbt did not write it."""
    nodes = manifest["nodes"]
    (model,) = exposure["depends_on"]["nodes"]
    if "checksum" not in nodes[model]:
        return None
    found, waiting = set(), [model]
    while waiting:
        node = waiting.pop()
        if node in nodes and node not in found:
            found.add(node)
            waiting += nodes[node].get("depends_on", {}).get("nodes", [])
    built = {name: nodes[name] for name in found}
    return Lineage(
        model=model,
        fingerprints={name: _fingerprint(node) for name, node in built.items()},
        tests=frozenset(
            name
            for name, node in nodes.items()
            if node["resource_type"] == "test"
            and not found.isdisjoint(node["depends_on"]["nodes"])
        ),
        sources={
            str(node["original_file_path"]): str(node["checksum"]["checksum"])
            for node in built.values()
            if node["resource_type"] == "model"
        },
        exposure=str(exposure["name"]),
        exposure_file=str(exposure["original_file_path"]),
        settings=exposure["config"]["meta"]["segment_sync"],
    )


def require_fit(
    warehouse: Warehouse,
    sync: str,
    lineage: Lineage | None,
    built_by: str | None = None,
) -> None:
    """
    Let a run plan only from a model that was built as it is written, and passed.

    Args:
        built_by: The run of dbt (its invocation id) that built it just now, if any.

    Raises:
        ModelUnfit: With what is wrong and what to run.
    """
    problem = unfitness(warehouse, lineage, built_by)
    if problem is not None:
        raise ModelUnfit(
            f"{sync}: {problem} Nothing was sent. Run `dbt build --select "
            f"+exposure:{sync}`, then the sync again; `--accept-build` sends the model "
            "as it is."
        )


def unfitness(
    warehouse: Warehouse, lineage: Lineage | None, built_by: str | None = None
) -> str | None:
    """Why a run would not plan from the model as it is; None if it would."""
    if lineage is None:
        return None
    edited = _edited(lineage, warehouse.project_dir)
    if edited is not None:
        return f"{edited} was edited, and dbt has not run since."
    return next(_problems(lineage, _builds(warehouse, lineage), built_by), None)


def _problems(
    lineage: Lineage, builds: Mapping[str, _Build], built_by: str | None
) -> Iterator[str]:
    own = builds.get(lineage.model)
    if own is None:
        yield f"dbt has left no word of a build of {_name(lineage.model)}."
        return
    if built_by is not None and own.invocation != built_by:
        # Killed, out of memory: it built the model, and tested it perhaps not.
        yield f"dbt was cut off after it had built {_name(lineage.model)}."
    if own.status != "success":
        yield f"In dbt's last run {_name(lineage.model)} ended as '{own.status}'."
    failed = [
        test for test in lineage.tests & builds.keys() if builds[test].status in _FAILED
    ]
    for test in sorted(failed):
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        yield f"The dbt test {_name(test)}{more} failed."
    for name in sorted(lineage.fingerprints, key=lambda each: each != lineage.model):
        build = builds.get(name)
        if build is None:
            continue
        if build.fingerprint != lineage.fingerprints[name]:
            yield f"{_name(name)} was edited since it was built."
        if build.started_at > own.started_at:
            yield (
                f"{_name(lineage.model)} is older than {_name(name)}, from which it is "
                "built."
            )


def _builds(warehouse: Warehouse, lineage: Lineage) -> Mapping[str, _Build]:
    rows = node_builds(warehouse.step_schema("builds"))
    wanted = [*lineage.fingerprints, *lineage.tests]
    with warehouse.engine.connect() as connection:
        if not table_exists(connection, rows):
            return {}
        found = connection.execute(select(rows).where(rows.c.node_id.in_(wanted)))
        return {
            row.node_id: _Build(
                status=row.status,
                fingerprint=row.fingerprint,
                invocation=row.invocation,
                started_at=row.started_at,
            )
            for row in found
        }


def _edited(lineage: Lineage, folder: Path) -> str | None:
    """The first file that says something else than what dbt read."""
    model = edited_model(folder, lineage.sources)
    if model is not None:
        return model
    written = written_settings(folder / lineage.exposure_file, lineage.exposure)
    if written is not None and written != lineage.settings:
        return f"The exposure in {lineage.exposure_file}"
    return None


def _fingerprint(node: Mapping[str, Any]) -> str:
    contract = (node.get("contract") or {}).get("checksum")
    return f"{node['checksum']['checksum']}:{contract or ''}"


def _name(node: str) -> str:
    """`model.project.name` as people say it."""
    return node.split(".")[2]


def node_builds(schema: str) -> Table:
    """One row per node, with what became of it last."""
    return Table(
        "node_builds",
        MetaData(schema=schema),
        Column("node_id", String(500)),
        Column("node_type", String(20)),
        Column("status", String(20)),
        Column("fingerprint", String(2000)),
        Column("invocation", String(50)),
        Column("started_at", DateTime),
    )
