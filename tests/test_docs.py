"""The pages of the docs: all are found, all lead somewhere, none leaves a thing out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

import relyv
from landing.rejections import FIELD_REASONS, REASONS
from orchestration import errors as around_the_flow
from orchestration.freshness import FRESH
from orchestration.sync_report import GUARD, REJECTED, UNFINISHED
from orchestration.webhook import AlertSettings
from sync.config.settings import SyncSettings
from sync.diff.billing import BillingSettings
from sync.options import DeliverySettings
from tests.conftest import ROOT
from tracking import EXPLANATIONS
from warehouse import RelyvError, bulk

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Their names are in no message: a person meets another error of their kind.
KINDS = {"SyncError", "LandingError"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def links(page: Path) -> Iterator[str]:
    for link in LINK.findall(page.read_text()):
        if not link.startswith(("http://", "https://")):
            yield link


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """
    To a file that is there, and to a heading that it has.
    """
    dead = [link for link in links(page) if not leads_somewhere(page, link)]

    assert dead == []


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not heading or heading in anchors(target)


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub makes links of them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_the_readme_leads_to_every_page() -> None:
    """
    Whoever writes a page puts it into the table of the README.
    """
    linked = set(links(ROOT / "README.md"))

    assert [page.name for page in PAGES if f"docs/{page.name}" not in linked] == []


def test_every_command_is_in_the_readme() -> None:
    """
    Who reads the README has heard of everything that can be done.
    """
    readme = text_of("README.md")

    assert [name for name in commands() if name not in readme] == []


def commands() -> list[str]:
    root: Any = get_command(relyv.app)
    names = []
    for name, command in root.commands.items():
        names.append(f"relyv {name}")
        names += [f"relyv {name} {sub}" for sub in getattr(command, "commands", {})]
    return names


def test_every_key_of_a_sync_is_in_its_table() -> None:
    """
    As `relyv sync schema` has them.
    """
    table = text_of("docs/syncs.md").partition("## Every key")[2]
    rows = {
        name for cell in first_cells(table) for name in re.findall(r"`(\w+)`", cell)
    }

    assert set(SyncSettings.model_json_schema()["properties"]) <= rows


def test_every_trait_is_told_to_whoever_makes_its_field(
    manifest: dict[str, Any],
) -> None:
    """
    A column of the contract that is sent is a row of docs/traits-in-crms.md.
    """
    page = text_of("docs/traits-in-crms.md")
    traits = {
        column
        for model in ("sync_segment_profile_traits", "sync_segment_account_traits")
        for column in manifest["nodes"][f"model.relyv_segment.{model}"]["columns"]
    }
    not_sent = {
        *("profile_id", "user_id", "region", "account_id", "member_user_id"),
        # The exposure's `last_activity`.
        "last_seen_at",
    }

    assert [name for name in traits - not_sent if f"`{name}`" not in page] == []


def test_every_variable_is_documented() -> None:
    """
    What the code reads from the environment, a page says.
    """
    pages = " ".join(page.read_text() for page in [ROOT / "README.md", *PAGES])
    code = " ".join(text for _, text in sources())
    read = set(re.findall(r"\"(RELYV_[A-Z_]+[A-Z])\"", code))
    for settings in (AlertSettings, BillingSettings, DeliverySettings):
        read |= {settings.variable(field) for field in settings.model_fields}

    assert len(read) > 10
    assert [name for name in sorted(read) if name not in pages] == []


def test_every_var_and_seed_is_in_the_settings() -> None:
    """
    What a person may set has one page that names it.
    """
    cells = " ".join(first_cells(text_of("docs/settings.md")))
    names = set(yaml.safe_load(text_of("dbt_project.yml"))["vars"])
    names |= {path.stem for path in (ROOT / "seeds").glob("*.csv")}

    assert [name for name in sorted(names) if f"`{name}`" not in cells] == []


def test_the_runbook_has_an_entry_for_every_error() -> None:
    """
    By its name, as the ledger and Dagster have it.
    """
    runbook = text_of("docs/runbook.md")
    names = {kind.__name__ for kind in kinds_of(RelyvError)} - KINDS

    assert around_the_flow.DbtFailed in kinds_of(RelyvError)
    assert bulk.BulkLoadUnsupported in kinds_of(RelyvError)
    assert [name for name in sorted(names) if f"`{name}`" not in runbook] == []


def kinds_of(error: type[Exception]) -> set[type[Exception]]:
    return {kind for each in error.__subclasses__() for kind in {each, *kinds_of(each)}}


def test_the_runbook_quotes_what_is_really_said() -> None:
    """
    Whoever searches it for their message finds it.
    """
    quoted = re.findall(r"\"([^\"|]+)\"", text_of("docs/runbook.md"))
    said = messages()

    assert len(quoted) > 20
    assert [each for each in quoted if not any(each in text for text in said)] == []


def messages() -> set[str]:
    """Every text of the code, what it fills in left out."""
    found = set()
    for _, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [str(getattr(part, "value", "")) for part in node.values]
                found.update(parts)
    return found


def test_the_runbook_has_every_exit_code_and_check() -> None:
    """
    What a scheduler sees, and what Dagster shows in red.
    """
    cells = first_cells(text_of("docs/runbook.md"))
    codes = {0, 1} | {kind.exit_code for kind in {RelyvError, *kinds_of(RelyvError)}}

    assert [code for code in sorted(codes) if str(code) not in cells] == []
    for check in (REJECTED, GUARD, UNFINISHED, FRESH):
        assert any(f"`{check}`" in cell for cell in cells)
    assert f"`{FRESH}` of a sync" in cells


def test_every_reason_for_a_rejection_has_its_row() -> None:
    """
    Those of landing, those of our own rules, and those that Segment names for a call.
    """
    page = text_of("docs/read-a-rejected-row.md")
    landing, _, sync = page.partition("## A row that was not sent")
    own = re.findall(
        r"RowRejected\(\s*\"(\w+)\"", " ".join(t for f, t in sources() if "sync" in f)
    )
    unify = [code for code in EXPLANATIONS if code.startswith("unify_")]

    assert len(own) > 5
    assert missing({*REASONS, *FIELD_REASONS}, landing) == []
    assert missing({*own, *unify, "unplanned", "schema_violation"}, sync) == []


def missing(names: set[str], page: str) -> list[str]:
    cells = " ".join(first_cells(page))
    return [name for name in sorted(names) if f"`{name}`" not in cells]


def first_cells(page: str) -> list[str]:
    """What stands first in each row of its tables."""
    return [
        line.split("|")[1].strip() for line in page.splitlines() if line[:2] == "| "
    ]


def sources() -> Iterator[tuple[str, str]]:
    """The package's files, with their text."""
    for package in sorted(ROOT.glob("*/__init__.py")):
        if package.parent.name != "tests":
            for path in sorted(package.parent.rglob("*.py")):
                yield str(path.relative_to(ROOT)), path.read_text()
