"""A sync's tracking plan: read from its file, or written from the model's contract."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from sync.config.blocks import TrackingPlanSettings
from sync.config.contract import fields_of
from sync.config.manifest import Sync
from sync.errors import ConfigError, RowRejected
from tracking.protocols import TrackingPlan, TrackingPlanInvalid
from warehouse.ddl import base_type


class Rules:
    """Holds the messages of one run against the plan, and counts what it flags."""

    def __init__(self, settings: TrackingPlanSettings, project_dir: Path) -> None:
        self._blocks = settings.on_violation == "block"
        self._plan = read_tracking_plan(project_dir / settings.file, settings.file)
        self.flagged: Counter[str] = Counter()

    def check(self, body: bytes) -> None:
        """
        Flag or block one message.

        Raises:
            RowRejected: It violates the plan, and the sync blocks.
        """
        violation = self._plan.violation(orjson.loads(body))
        if violation is None:
            return
        if self._blocks:
            raise RowRejected(violation.code, f"Tracking plan: {violation.detail}")
        self.flagged[violation.code] += 1


def read_tracking_plan(path: Path, named: str) -> TrackingPlan:
    """
    Read a plan's file.

    Raises:
        ConfigError: There is none, or it is no tracking plan.
    """
    try:
        return TrackingPlan.parse(path.read_bytes())
    except OSError:
        raise ConfigError(
            f"`tracking_plan.file`: there is no {named} in the project's folder. "
            "`relyv sync tracking-plan NAME` writes one."
        ) from None
    except TrackingPlanInvalid as error:
        raise ConfigError(f"The tracking plan {named} is wrong: {error}.") from None


def tracking_plan_of(sync: Sync) -> dict[str, Any]:
    """
    The plan that this sync's calls keep by their contract, ready for Segment.

    The body of Public API's `PUT /tracking-plans/{id}/rules`.
    """
    settings = sync.settings
    keys = sorted(settings.event_names)
    holder = "properties" if settings.sends_type == "track" else "traits"
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            holder: {"type": "object", "properties": _properties(sync)},
        },
    }
    rule = {"type": settings.sends_type.upper(), "jsonSchema": schema, "version": 1}
    return {"rules": [{**rule, "key": key} for key in keys] or [rule]}


def _properties(sync: Sync) -> dict[str, Any]:
    columns, personal = sync.model.columns, sync.settings.personal
    settings, own = sync.settings, {}
    if settings.trait:
        own = {settings.trait: {"type": "boolean"}}
    elif settings.call == "audience":
        own = {"audience_key": {"type": "string"}}
    elif settings.changed and settings.changed.previous:
        own = {settings.changed.previous: {"type": "object"}}
    return own | {
        name: {"type": ["string", "null"]}
        if personal.get(column) == "hash"
        else _property(columns[column])
        for name, column in fields_of(sync.settings, columns).items()
    }


def _property(data_type: str) -> Mapping[str, Any]:
    """The JSON of a column's type in any of the three warehouses; {} is anything."""
    word = base_type(data_type)
    if word.startswith("timestamp") or word == "datetime":
        return {"type": ["string", "null"], "format": "date-time"}
    return {"type": [_JSON[word], "null"]} if word in _JSON else {}


_JSON = {
    **dict.fromkeys(("varchar", "text", "string", "char", "date", "uuid"), "string"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **dict.fromkeys(("smallint", "int", "integer", "bigint", "hugeint"), "integer"),
    **dict.fromkeys(("decimal", "numeric", "number"), "number"),
    **dict.fromkeys(("float", "double", "double precision", "real"), "number"),
}
