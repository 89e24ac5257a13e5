"""The rules of the models, held by a test and not by memory."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
# The order of the flow: references go forward.
STEPS = (
    "raw",
    "staging",
    "identity",
    "sessions",
    "frustration",
    "traits",
    "events",
    "lookup",
    "syncs",
)


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def step_of(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def test_a_step_has_one_name_everywhere(manifest: dict[str, Any]) -> None:
    """
    Folder, schema and dbt group say the same word, for every model.
    """
    misnamed = [
        model["name"]
        for model in models(manifest)
        if model["group"] != step_of(model)
        or not model["schema"].endswith(f"_{step_of(model)}")
    ]

    assert misnamed == []
    assert {step_of(model) for model in models(manifest)} == set(STEPS) - {"raw"}


def test_water_flows_downhill(manifest: dict[str, Any]) -> None:
    """
    No model reads from a later step.
    """
    nodes = manifest["nodes"]
    uphill = [
        (model["name"], nodes[parent]["name"])
        for model in models(manifest)
        for parent in model["depends_on"]["nodes"]
        if parent in nodes
        and nodes[parent]["resource_type"] == "model"
        and STEPS.index(step_of(nodes[parent])) > STEPS.index(step_of(model))
    ]

    assert uphill == []


def test_only_staging_reads_raw_tables(manifest: dict[str, Any]) -> None:
    """
    What comes from outside is cleaned before anybody else sees it.
    """
    early = [
        model["name"]
        for model in models(manifest)
        if step_of(model) != "staging"
        and set(model["depends_on"]["nodes"]) & set(manifest["sources"])
    ]

    assert early == []


def test_a_step_is_entered_by_its_doors(manifest: dict[str, Any]) -> None:
    """
    What another step reads is public, and what nobody else reads is private.
    """
    nodes = manifest["nodes"]
    entered = {
        parent
        for model in models(manifest)
        for parent in model["depends_on"]["nodes"]
        if parent in nodes
        and nodes[parent]["resource_type"] == "model"
        and step_of(nodes[parent]) != step_of(model)
    }

    closed = [
        nodes[door]["name"] for door in entered if nodes[door]["access"] != "public"
    ]

    assert closed == []


def test_every_model_has_a_key_that_is_tested(manifest: dict[str, Any]) -> None:
    """
    Somebody has said what makes a row one, and a test holds it.
    """
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name", "").startswith("unique")
    }

    keyless = [m["name"] for m in models(manifest) if m["unique_id"] not in tested]

    assert keyless == []


def test_every_sync_is_a_contracted_model_with_an_exposure(
    manifest: dict[str, Any],
) -> None:
    """
    Nothing leaves the building unnamed, and no exposure is forgotten.
    """
    contracted = {
        model["unique_id"]
        for model in models(manifest)
        if step_of(model) == "syncs" and model["config"]["contract"]["enforced"]
    }
    exposed = [
        parent
        for exposure in manifest["exposures"].values()
        if "segment_sync" in exposure["config"]["meta"]
        for parent in exposure["depends_on"]["nodes"]
    ]

    assert sorted(exposed) == sorted(contracted)
    assert len(exposed) == len(manifest["exposures"])


def test_no_exposure_ships_with_a_real_target(manifest: dict[str, Any]) -> None:
    """
    Nothing is sent to a real workspace until somebody opts in.
    """
    targets = {
        target
        for exposure in manifest["exposures"].values()
        for target in exposure["config"]["meta"]["segment_sync"]["targets"]
    }

    assert targets == {"demo"}


def test_no_model_calls_the_clock() -> None:
    """
    `as_of()` is the one clock: a rebuild of the past gives the past's answer.
    """
    clock = re.compile(r"current_(timestamp|date)|getdate\(|\bnow\(\)|sysdate", re.I)

    callers = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "models").rglob("*.sql")
        if clock.search(path.read_text())
    ]

    assert callers == []


def test_what_judges_sessions_changes_them(manifest: dict[str, Any]) -> None:
    """
    A seed that a model built a session at a time reads is one that `session_changes`
    looks at: an edit of it builds every session anew.
    """

    def seeds(node: dict[str, Any]) -> set[str]:
        return {n for n in node["depends_on"]["nodes"] if n.startswith("seed.")}

    changes = manifest["nodes"]["model.relyv_segment.session_changes"]
    followers = _session_by_session(manifest)

    unseen = set().union(*map(seeds, followers)) - seeds(changes)

    assert len(followers) > 5
    assert unseen == set()


def test_what_is_read_of_sessions_changes_them(manifest: dict[str, Any]) -> None:
    """
    What a model built a session at a time reads of a session's row is in its state.

    It does not read `sessions`, which may be older than that.
    """
    nodes = manifest["nodes"]
    columns = set(nodes["model.relyv_segment.recorded_sessions"]["columns"])
    state = nodes["model.relyv_segment.session_states"]["raw_code"]
    followers = _session_by_session(manifest)

    def readers(name: str) -> list[str]:
        model = f"model.relyv_segment.{name}"
        return [n["name"] for n in followers if model in n["depends_on"]["nodes"]]

    assert len(readers("recorded_sessions")) > 1
    assert readers("sessions") == []
    assert columns - set(re.findall(r"\w+", state)) == set()


def test_no_unit_test_reads_a_seed_as_somebody_has_tuned_it() -> None:
    """
    An input that says no rows is the seed's own file: a changed weight would fail the
    unit tests, and stop the build of whoever changed it.
    """
    seeds = {path.stem for path in (ROOT / "seeds").rglob("*.csv")}
    given = [
        (unit_test["name"], each)
        for path in (ROOT / "models").rglob("*.yml")
        for unit_test in (yaml.safe_load(path.read_text()) or {}).get("unit_tests", [])
        for each in unit_test["given"]
    ]

    tuned = [
        f"{name} reads {each['input']}"
        for name, each in given
        if each["input"].removeprefix("ref('").removesuffix("')") in seeds
        and not each.keys() & {"rows", "fixture"}
    ]
    assert len(given) > 100
    assert tuned == []


def test_what_judges_identifiers_changes_them(manifest: dict[str, Any]) -> None:
    """
    A seed that a model built a cluster at a time reads changes every set when it is
    edited, or ties those whom it names.
    """

    def seeds(name: str) -> set[str]:
        before = manifest["nodes"][name]["depends_on"]["nodes"]
        return {node for node in before if node.startswith("seed.")}

    models_of = "model.relyv_segment."
    followers = [
        node["unique_id"]
        for node in models(manifest)
        if f"{models_of}identity_identifiers" in node["depends_on"]["nodes"]
        and node["config"].get("incremental_strategy") in ("append", "changed_rows")
    ]

    unseen = set().union(*map(seeds, followers)) - {
        *seeds(f"{models_of}identity_set_versions"),
        *seeds(f"{models_of}identity_events"),
        *seeds(f"{models_of}identity_ties"),
    }

    assert len(followers) > 10
    assert unseen == set()


def test_every_macro_is_promised(manifest: dict[str, Any]) -> None:
    """
    A macro says in yml what it is for.
    """
    own = [
        macro
        for macro in manifest["macros"].values()
        if macro["package_name"] == "relyv_segment"
        and not macro["original_file_path"].startswith("macros/materializations/")
        and not macro["name"].startswith(("default__", "duckdb__", "postgres__"))
        and not macro["name"].startswith(("snowflake__", "test_"))
    ]

    silent = [macro["name"] for macro in own if not macro["description"]]

    assert silent == []


def test_the_example_profile_has_all_three_warehouses() -> None:
    """
    Whoever moves from the laptop finds their server there.
    """
    profiles = yaml.safe_load((ROOT / "profiles.example.yml").read_text())
    kinds = {each["type"] for each in profiles["relyv_segment"]["outputs"].values()}

    assert kinds == {"duckdb", "postgres", "snowflake"}


def _session_by_session(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    changes = "model.relyv_segment.session_changes"
    return [m for m in models(manifest) if changes in m["depends_on"]["nodes"]]
