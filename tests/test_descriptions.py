"""What the yml promises of tables and columns is complete, true, and says something."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from landing.raw_tables import RawTable, raw_tables
from sync import read_syncs
from sync.config.image import image_of

# Of these words alone no sentence says more than its column's name does.
FILLERS = re.compile(
    r"\b(an?|and|as|at|by|for|from|ha[ds]|have|in|is|its?|of|on|or|our|that|the|theirs?|"
    r"they|this|to|was|were|what|when|where|which|whose?|with)\b"
)
ENDINGS = re.compile(r"(ing|ed|es|s|d)$")
# A column of seeds that is no person's although columns of its name elsewhere are.
NOBODYS = {("blocked_values", "identifier_value")}


def described(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every table that somebody may look up: raw, seed, model, and the ledger's."""
    yield from manifest["sources"].values()
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            yield node


def columns(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in described(manifest):
        for column in table["columns"].values():
            yield table["name"], column


def test_every_table_says_what_one_row_is(manifest: dict[str, Any]) -> None:
    """
    The grain comes first, of what is read as of what is built.
    """
    silent = [
        table["name"]
        for table in described(manifest)
        if not table["description"].startswith("One row per ")
    ]

    assert silent == []


def test_every_column_is_described(manifest: dict[str, Any]) -> None:
    """
    No table is without columns, and no column without a sentence.
    """
    bare = [table["name"] for table in described(manifest) if not table["columns"]]
    undescribed = [
        f"{table}.{column['name']}"
        for table, column in columns(manifest)
        if not column["description"].strip()
    ]

    assert bare == []
    assert undescribed == []


def test_a_description_says_more_than_the_name(manifest: dict[str, Any]) -> None:
    """
    `received_at: When it was received` teaches nobody anything.
    """
    echoes = [
        f"{table}.{column['name']}: {column['description']}"
        for table, column in columns(manifest)
        if stems(column["description"]) <= stems(column["name"].replace("_", " "))
    ]

    assert echoes == []


def stems(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", FILLERS.sub(" ", text.lower()))
    return {ENDINGS.sub("", word) if len(word) > 3 else word for word in words}


def test_a_column_is_personal_everywhere_or_nowhere(manifest: dict[str, Any]) -> None:
    """
    What identifies somebody in one table does so in the next.
    """
    said = defaultdict(set)
    for table, column in columns(manifest):
        if (table, column["name"]) not in NOBODYS:
            is_personal = bool(column["config"]["meta"].get("personal"))
            said[column["name"]].add(is_personal)

    assert [name for name, words in said.items() if len(words) > 1] == []
    assert {True} == said["user_id"] == said["email"] == said["subject_id"]


def test_raw_tables_are_described_as_they_land(manifest: dict[str, Any]) -> None:
    """
    The columns of the sources are those that landing creates: none more, none less.
    """
    promised = {
        (source["source_name"], source["name"]): set(source["columns"])
        for source in manifest["sources"].values()
        if source["source_name"] in ("segment", "relyv", "privacy")
    }

    assert promised == {
        (table.schema, table.name): set(table.columns) for table in landed()
    }


def landed() -> list[RawTable]:
    return raw_tables(
        segment_schema="segment", relyv_schema="relyv", privacy_schema="privacy"
    ).fixed


def test_every_exposure_has_an_owner_and_a_place_to_look(
    manifest: dict[str, Any],
) -> None:
    """
    A person to ask, and a link to where the calls arrive.
    """
    lost = [
        exposure["name"]
        for exposure in manifest["exposures"].values()
        if not exposure["owner"]["name"]
        or "@" not in exposure["owner"]["email"]
        or not re.match(r"https?://", exposure["url"] or "")
    ]

    assert lost == []


def test_every_sent_field_says_where_it_comes_from(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    """
    The exposure's table names each of them once, beside a model upstream of it.
    """
    path = tmp_path / "manifest.json"
    path.write_bytes(orjson.dumps(manifest))
    syncs = read_syncs(path, kind="duckdb", schema="")

    sent = {
        name: sorted(field.name for field in image_of(sync).fields)
        for name, sync in syncs.items()
    }
    told: dict[str, list[str]] = {}
    for exposure in manifest["exposures"].values():
        rows = re.findall(r"^\| (`.+?) \| `(\w+)`", exposure["description"], re.M)
        fields = [name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)]
        told[exposure["name"]] = sorted(fields)
        assert {model for _, model in rows} <= upstream(exposure, manifest)

    assert told == sent


def upstream(exposure: dict[str, Any], manifest: dict[str, Any]) -> set[str]:
    """The names of all that it is made of."""
    found: set[str] = set()
    waiting = [exposure["unique_id"]]
    while waiting:
        parents = manifest["parent_map"][waiting.pop()]
        waiting += set(parents) - found
        found |= set(parents)
    return {node.split(".")[-1] for node in found}
