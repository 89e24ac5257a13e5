"""Who may import whom in Python, held by a test and not by memory."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What each Python package may import of the others.
MAY_IMPORT = {
    "warehouse": set(),
    "tracking": set(),
    "simulation": set(),
    "landing": {"tracking", "warehouse"},
    "sync": {"tracking", "warehouse"},
    "reports": {"warehouse"},
    "orchestration": {"landing", "reports", "sync", "tracking", "warehouse"},
    "commands": {
        "landing",
        "orchestration",
        "reports",
        "simulation",
        "sync",
        "tracking",
        "warehouse",
    },
}

# The order of a sync, one folder per step; a file beside them may import any of them.
SYNC_STEPS = (
    "config",
    "destination",
    "ledger",
    "payload",
    "diff",
    "plan",
    "delivery",
    "look",
)


def modules(path: Path) -> set[str]:
    """What a file imports, at its top and inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_packages_import_downwards(package: str) -> None:
    """
    `warehouse` knows no Segment, `tracking` no warehouse; landing and sync do not
    know each other.
    """
    found = {
        (str(path.relative_to(ROOT)), imported)
        for path in (ROOT / package).rglob("*.py")
        for imported in {module.split(".")[0] for module in modules(path)}
        if imported in MAY_IMPORT and imported != package
    }

    forbidden = sorted(each for each in found if each[1] not in MAY_IMPORT[package])

    assert forbidden == []


@pytest.mark.parametrize("step", SYNC_STEPS)
def test_a_sync_imports_downwards(step: str) -> None:
    """
    A step of a sync knows those before it, and none behind it; nor the whole.
    """
    behind = {"", *SYNC_STEPS[SYNC_STEPS.index(step) + 1 :]}

    forbidden = [
        (str(path.relative_to(ROOT)), module)
        for path in (ROOT / "sync" / step).rglob("*.py")
        for module in modules(path)
        if module.split(".")[0] == "sync" and (module + ".").split(".")[1] in behind
    ]

    assert forbidden == []


def test_every_step_of_a_sync_has_its_place() -> None:
    """
    A folder that is new has its place in the order.
    """
    steps = {path.parent.name for path in ROOT.glob("sync/*/__init__.py")}

    assert steps == set(SYNC_STEPS)


def test_every_folder_of_code_has_its_rule() -> None:
    """
    A package that is new has its place in the order.
    """
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages - {"tests"} == set(MAY_IMPORT)
