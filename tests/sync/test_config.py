"""What an exposure may say, and what it is told when it says something else."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.config.contract import check_columns, fields_of
from sync.config.image import image_of
from sync.config.manifest import Model, Sync, read_syncs, select_syncs
from sync.config.parse import parse_settings
from sync.config.settings import SyncSettings
from sync.errors import ConfigError, ManifestError
from tests.sync.world import World, rows

IDENTIFY = {"call": "identify", "key": "id", "user_id": "user_id"}
COLUMNS = {"id": "text", "user_id": "text", "score": "bigint", "email": "text"}


def settings(**changes: Any) -> SyncSettings:
    return parse_settings(IDENTIFY | changes, where="models/x.yml, exposure 'x'")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"on_remove": "clear"},
            "`on_remove` is not a setting. Did you mean 'on_removed'",
        ),
        ({"guard": {"remove_percent": 1}}, "Did you mean 'removed_percent'"),
        ({"call": "identfy"}, "`call`"),
        ({"key": []}, "`key`"),
        ({"user_id": None}, "one of `user_id` and `anonymous_id` is needed"),
        ({"call": "group"}, "`call: group` needs `group_id`"),
        ({"added": {"event": "E"}}, "name the events of a track sync"),
        (
            {"call": "track", "added": {"event": "E", "previous": "before"}},
            "only a `changed` event has previous values",
        ),
        ({"entered": {"event": "E"}}, "are for an audience"),
        ({"call": "audience", "entered": {"evnt": "E"}}, "Did you mean 'event'"),
        ({"call": "audience", "trait": "vip", "fields": ["score"]}, "membership alone"),
        (
            {"call": "audience", "trait": "vip", "exited": {"event": "E"}},
            "`trait` replaces the calls",
        ),
        ({"context": {"externalIds": []}}, "not free. Use `external_ids`"),
        ({"integrations": {"All": "no"}}, "`integrations.All"),
        ({"dormant": "hold"}, "needs `last_activity`"),
        ({"external_ids": [{"id": "id", "type": "Crm"}]}, "`external_ids.0.type"),
        ({"external_ids": [{"id": "id", "type": "x", "kind": 1}]}, "is not a setting"),
        ({"consent": {"colum": "ok"}}, "Did you mean 'column'"),
        ({"significant": {"score": 0}}, "`significant.score`"),
        (
            {"call": "audience", "significant": {"score": 1}},
            "weighs changes, and this sync sends none",
        ),
        ({"rate": {"event": 5}}, "Did you mean 'events'"),
        ({"source": "My Source"}, "`source`"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(
    changes: dict[str, Any], told: str
) -> None:
    """
    The file, the exposure, the key, and the nearest right spelling.
    """
    with pytest.raises(ConfigError) as raised:
        settings(**changes)

    assert str(raised.value).startswith("models/x.yml, exposure 'x': ")
    assert told in str(raised.value)


def test_a_column_that_the_contract_lacks_is_named() -> None:
    """
    With the column that was probably meant.
    """
    with pytest.raises(ConfigError, match=r"'scor'.* Did you mean 'score'"):
        check_columns(settings(fields=["scor"]), COLUMNS, set(), where="x")


@pytest.mark.parametrize("choice", [{}, {"email": "send"}, {"email": "hash"}])
def test_personal_data_leaves_only_when_named(choice: dict[str, str]) -> None:
    """
    A column that is tagged personal needs a word from the exposure.
    """
    chosen = settings(personal=choice)

    if choice:
        check_columns(chosen, COLUMNS, {"email"}, where="x")
    else:
        with pytest.raises(ConfigError, match="tagged as personal data"):
            check_columns(chosen, COLUMNS, {"email"}, where="x")


def test_personal_data_can_leave_as_a_hash(world: World) -> None:
    """
    The same value is the same hash, whatever its case and blanks.
    """
    world.model(rows(("a", "u1", 1, " X@x.io "), ("b", "u2", 2, "x@X.io")))

    world.run(world.identify(personal={"url": "hash"}))

    hashes = {message["traits"]["url"] for message in world.messages()}
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64


def test_all_fields_are_those_without_another_part_to_play() -> None:
    """
    Neither the key nor an id nor the region is a trait, unless it is named.
    """
    assert list(fields_of(settings(region="email"), COLUMNS)) == ["score"]
    assert list(fields_of(settings(fields=["user_id"]), COLUMNS)) == ["user_id"]


def test_two_fields_that_differ_by_case_alone_are_refused() -> None:
    """
    The warehouse could not keep them apart.
    """
    chosen = settings(fields={"Plan": "score", "plan": "email"})
    model = Model(
        name="m", schema="s", identifier="m", columns=COLUMNS, personal=frozenset()
    )
    sync = Sync(
        name="x", label="x", description="", file="x", model=model, settings=chosen
    )

    with pytest.raises(ConfigError, match="differ by case only"):
        image_of(sync)


def test_what_ships_is_read_from_the_manifest(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    """
    Every exposure of the project is a sync that can be trusted.
    """
    path = tmp_path / "manifest.json"
    path.write_bytes(orjson.dumps(manifest))

    syncs = read_syncs(path, kind="duckdb", schema="relyv")

    assert "segment_profile_traits" in syncs
    assert all(sync.settings.targets == ["demo"] for sync in syncs.values())
    assert [s.name for s in select_syncs(syncs, [])] == sorted(syncs)
    with pytest.raises(ConfigError, match="Did you mean 'segment_profile_traits'"):
        select_syncs(syncs, ["segment_profile_trait"])


@pytest.mark.parametrize(("kind", "schema"), [("postgres", "relyv"), ("duckdb", "dev")])
def test_a_manifest_of_another_target_is_refused(
    manifest: dict[str, Any], tmp_path: Path, kind: str, schema: str
) -> None:
    """
    Its table names would lead to other rows than those that are asked for.
    """
    path = tmp_path / "manifest.json"
    path.write_bytes(orjson.dumps(manifest))

    with pytest.raises(ManifestError, match="written for a duckdb target"):
        read_syncs(path, kind=kind, schema=schema)


@pytest.mark.parametrize(("length", "is_taken"), [(48, True), (49, False)])
def test_a_name_leaves_room_for_what_the_ledger_adds(
    manifest: dict[str, Any], tmp_path: Path, length: int, is_taken: bool
) -> None:
    """
    PostgreSQL would cut it, and two syncs could share a table.
    """
    path = tmp_path / "manifest.json"
    written = orjson.loads(orjson.dumps(manifest))
    name = "s" * length
    for exposure in written["exposures"].values():
        if exposure["name"] == "segment_profile_traits":
            exposure["name"] = name
    path.write_bytes(orjson.dumps(written))

    if is_taken:
        assert name in read_syncs(path, kind="duckdb", schema="relyv")
    else:
        with pytest.raises(ConfigError, match="at most 48 letters"):
            read_syncs(path, kind="duckdb", schema="relyv")


def test_a_missing_manifest_says_what_to_run(tmp_path: Path) -> None:
    """
    `dbt build` writes it.
    """
    with pytest.raises(ManifestError, match="dbt build"):
        read_syncs(tmp_path / "manifest.json", kind="duckdb", schema="relyv")


def test_every_setting_is_explained() -> None:
    """
    In the page of all keys, where a reader looks for it.
    """
    page = (Path(__file__).parents[2] / "docs/syncs.md").read_text()

    assert [key for key in SyncSettings.model_fields if f"`{key}`" not in page] == []


def test_the_schema_for_editors_knows_every_key_and_no_other() -> None:
    """
    An editor that has it marks what `relyv` would refuse.
    """
    schema = SyncSettings.model_json_schema()

    assert set(schema["properties"]) == set(SyncSettings.model_fields)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"call", "key"}
