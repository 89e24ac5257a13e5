"""dbt's models, seeds and tests -> Dagster's assets and checks.

The group of a model is its step of the flow, in dbt and in Dagster.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtCliResource,
    dbt_assets,
)
from packaging.version import Version

from orchestration.errors import ProjectChanged
from orchestration.failure import one_sentence

BUILD = [
    "build",
    # They try the SQL on made-up rows: no clock changes their answer.
    *("--exclude-resource-type", "unit_test"),
    # A test that looks at several models runs when all of them were asked for: a
    # sync's job may be the first to build anything, and builds what it needs.
    *("--indirect-selection", "cautious"),
]


class Dbt(DbtCliResource):  # type: ignore[misc]
    """dbt in a process of its own, which gives a DuckDB file back when it ends."""

    @cached_property
    def _cli_version(self) -> Version:
        # Theirs runs `dbt --version`, which asks a package index.
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # noqa: ARG002
        # Theirs imports dbt here, for row counts nobody asks for: 5 s, and a second
        # hand on the DuckDB file.
        return None


def dbt_executable() -> Path:
    """The dbt beside this Python, whatever the PATH says."""
    return Path(sys.executable).with_name("dbt")


class FlowTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Names what dbt leaves without a group: raw tables and seeds."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """`[step, model]`; a raw table is `[landing, source, table]`."""
        key: AssetKey = super().get_asset_key(dbt_resource_props)
        is_raw = dbt_resource_props["resource_type"] == "source"
        return key.with_prefix("landing") if is_raw else key

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The step."""
        own = {"source": "landing", "seed": "seeds"}
        group: str | None = super().get_group_name(dbt_resource_props)
        return own.get(dbt_resource_props["resource_type"], group)


def dbt_models(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """One asset that can be run in part, with every dbt test as a check."""

    @dbt_assets(  # type: ignore[untyped-decorator]
        manifest=manifest,
        name="dbt_models",
        dagster_dbt_translator=FlowTranslator(),
    )
    def models(context: AssetExecutionContext, dbt: Dbt) -> Iterator[Any]:
        with one_sentence(), _started(dbt, context) as invocation:
            yield from invocation.stream()

    definition: AssetsDefinition = models
    return definition


def invocation_of_run(context: AssetExecutionContext, model: AssetKey) -> str | None:
    """dbt's own id of the build, if the model was built in this run of Dagster."""
    event = context.instance.get_latest_materialization_event(model)
    if (
        event is None
        or event.run_id != context.run.run_id
        or not event.asset_materialization
    ):
        return None
    told = event.asset_materialization.metadata.get("invocation_id")
    return str(told.value) if told else None


@contextmanager
def _started(dbt: Dbt, context: AssetExecutionContext) -> Iterator[DbtCliInvocation]:
    """A running build; when the block ends, so has dbt, and the warehouse is free."""
    invocation = dbt.cli(BUILD, context=context)
    try:
        yield invocation
    except KeyError as error:
        raise ProjectChanged(
            f"dbt ran {error}, which was not there when Dagster loaded the project. "
            "Start `relyv dagster` again."
        ) from error
    finally:
        invocation.process.terminate()
        invocation.process.wait()
