"""dbt's manifest, read as a file -> the syncs that its exposures describe.

No dbt is imported or started: that costs seconds, and a sync needs only the facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sync.config.builds import Lineage, lineage_of
from sync.config.contract import check_columns
from sync.config.parse import nearest, parse_settings
from sync.config.settings import SyncSettings
from sync.errors import ConfigError, ManifestError

# PostgreSQL cuts names at 63 bytes, and the ledger adds a suffix.
MAX_NAME_LENGTH = 48

# How a column changes with time alone.
FADES, EXPIRES = "fades", "expires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """
    The contracted model that a sync reads.

    `with_time`: the columns that change although nobody does anything, by their
    `meta.with_time`: a score `fades`, a link `expires`.
    """

    name: str
    schema: str
    identifier: str
    columns: Mapping[str, str]
    personal: frozenset[str]
    with_time: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """
    One exposure with a `segment_sync` block, checked against its model.

    `lineage` is what a build of its model is held against; None: of no dbt project.
    """

    name: str
    label: str
    description: str
    file: str
    model: Model
    settings: SyncSettings
    lineage: Lineage | None = None

    def sends_in(self, target: str) -> bool:
        """Whether somebody has opted this target in."""
        return target in self.settings.targets


def read_syncs(path: Path, *, kind: str, schema: str) -> Mapping[str, Sync]:
    """
    Read every sync of the project, by name.

    Args:
        path: dbt's `manifest.json`.
        kind: The warehouse kind of the target that is asked for.
        schema: The schema of that target.

    Raises:
        ManifestError: There is none, or it was written for another target.
        ConfigError: An exposure says what cannot be done.
    """
    manifest = _read(path)
    exposures = [
        exposure
        for exposure in manifest["exposures"].values()
        if "segment_sync" in exposure["config"].get("meta", {})
    ]
    syncs = [_sync(exposure, manifest) for exposure in exposures]
    for sync in syncs:
        _check_target(sync, manifest, kind=kind, schema=schema)
    return {sync.name: sync for sync in sorted(syncs, key=lambda sync: sync.name)}


def select_syncs(syncs: Mapping[str, Sync], names: Iterable[str]) -> list[Sync]:
    """
    Those named, or all of them when none is.

    Raises:
        ConfigError: No exposure has that name.
    """
    chosen = list(names) or list(syncs)
    for name in chosen:
        if name not in syncs:
            raise ConfigError(f"There is no sync '{name}'.{nearest(name, syncs)}")
    return [syncs[name] for name in chosen]


def _read(path: Path) -> Any:
    if not path.exists():
        raise ManifestError(
            f"There is no {path.name} in {path.parent.name}/. Run `dbt build` first."
        )
    return orjson.loads(path.read_bytes())


def _sync(exposure: Mapping[str, Any], manifest: Mapping[str, Any]) -> Sync:
    name, file = str(exposure["name"]), str(exposure["original_file_path"])
    where = f"{file}, exposure '{name}'"
    if len(name) > MAX_NAME_LENGTH:
        raise ConfigError(
            f"{where}: a sync's name has at most {MAX_NAME_LENGTH} letters."
        )
    settings = parse_settings(exposure["config"]["meta"]["segment_sync"], where=where)
    model = _model(exposure, manifest, where)
    check_columns(settings, model.columns, model.personal, where=where)
    return Sync(
        name=name,
        label=str(exposure.get("label") or name),
        description=str(exposure.get("description") or ""),
        file=file,
        model=model,
        settings=settings,
        lineage=lineage_of(exposure, manifest),
    )


def _model(
    exposure: Mapping[str, Any], manifest: Mapping[str, Any], where: str
) -> Model:
    nodes = [manifest["nodes"].get(node) for node in exposure["depends_on"]["nodes"]]
    if len(nodes) != 1 or nodes[0] is None or nodes[0]["resource_type"] != "model":
        raise ConfigError(f"{where}: a sync depends on exactly one model.")
    node = nodes[0]
    if not node["config"].get("contract", {}).get("enforced"):
        raise ConfigError(f"{where}: the model '{node['name']}' has no contract.")
    columns = node["columns"].values()
    return Model(
        name=node["name"],
        schema=node["schema"],
        identifier=node["alias"],
        columns={column["name"]: str(column["data_type"]) for column in columns},
        personal=frozenset(
            column["name"]
            for column in columns
            if column["config"].get("meta", {}).get("personal")
        ),
        with_time=_with_time(columns, where),
    )


def _with_time(columns: Iterable[Mapping[str, Any]], where: str) -> Mapping[str, str]:
    found = {
        str(column["name"]): str(meta["with_time"])
        for column in columns
        if (meta := column["config"].get("meta", {})).get("with_time")
    }
    for name, word in found.items():
        if word not in (FADES, EXPIRES):
            raise ConfigError(
                f"{where}: the column '{name}' says `with_time: {word}`; it is "
                f"`{FADES}` or `{EXPIRES}`."
            )
    return found


def _check_target(
    sync: Sync, manifest: Mapping[str, Any], *, kind: str, schema: str
) -> None:
    made_for = manifest["metadata"]["adapter_type"]
    if made_for != kind or not sync.model.schema.lower().startswith(schema.lower()):
        raise ManifestError(
            f"The manifest was written for a {made_for} target with other schemas than "
            "this one's. Run `dbt build --target …` with the target that you name here."
        )
