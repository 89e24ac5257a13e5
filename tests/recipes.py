"""What the how-tos of docs/ tell a person to write, read out of their pages."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.dbt_runs import PROJECT


def copied_project(folder: Path) -> Path:
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    return folder


def add_the_files(project: Path, page: str) -> None:
    """Each block of such a page is the file that is named before it."""
    text = (PROJECT / "docs" / page).read_text()
    files = re.findall(r"`(models/\S+)`.*?```(?:sql|yaml)\n(.*?)```", text, re.S)

    assert [Path(name).suffix for name, _ in files] == [".sql", ".yml"]
    for name, contents in files:
        (project / name).write_text(contents)


def add_the_trait(project: Path) -> None:
    """
    The blocks of docs/add-a-trait.md: a line of SQL, its line of yml; and an e-mail
    address, with the word of the exposure.
    """
    text = (PROJECT / "docs" / "add-a-trait.md").read_text()
    blocks = re.findall(r"```(?:sql|yaml)\n(.*?)```", text, re.S)
    column, line, email = (block.strip() for block in blocks)
    replace_once(
        project / "models/traits/custom_traits.sql",
        column.splitlines()[0].removesuffix(","),
        column,
    )
    last = "- {name: last_bug_reported_at"
    replace_once(
        project / "models/syncs/_syncs__models.yml",
        last,
        f"{line}\n      {email}\n      {last}",
    )
    assert "`personal: {email: send}`" in text
    call = "          call: identify\n"
    replace_once(
        project / "models/syncs/_syncs__exposures.yml",
        call,
        f"{call}          personal: {{email: send}}\n",
    )


def change_the_seeds(project: Path) -> None:
    """
    The rows of docs/change-a-weight.md, each in the seed that is named before it: in
    place of the one that begins alike, or as a new one. And the version by its command.
    """
    text = (PROJECT / "docs" / "change-a-weight.md").read_text()
    rows = re.findall(
        r"`(seeds/\S+?)`[^`]*?(?:`\w+`[^`]*?)*```csv\n(.*?)\n```", text, re.S
    )

    assert len(rows) == 4
    for name, row in rows:
        lines = (project / name).read_text().splitlines()
        key = row.split(",")[:2] if row[0].isdigit() else row.split(",")[:1]
        kept = [line for line in lines if line.split(",")[: len(key)] != key]
        if name.endswith("signal_names.csv"):
            kept = lines
        (project / name).write_text("\n".join([*kept, row]) + "\n")
    for command in re.findall(r"^(?:sed|rm) .*", text, re.M):
        subprocess.run(shlex.split(command), cwd=project, check=True)


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def deletion(identifier: tuple[str, str]) -> str:
    """A line as the page has them."""
    text = (PROJECT / "docs" / "forget-a-person.md").read_text()
    example = json.loads(re.findall(r"```json\n(.*?)\n", text)[0])
    assert list(example) == ["subject_type", "subject_id"]
    return json.dumps(dict(zip(example, identifier, strict=True))) + "\n"


def queries(page: str) -> list[str]:
    """What a person is told to ask with `dbt show`."""
    text = (PROJECT / "docs" / page).read_text()
    return re.findall(r"^dbt .*show .*--inline \"(.+)\"$", text, re.M)


def csv_rows(page: str) -> str:
    """The rows of a seed that a page of the docs shows."""
    text = (PROJECT / "docs" / page).read_text()
    (block,) = re.findall(r"```csv\n(.*?)```", text, re.S)
    return "".join(f"{line.strip()}\n" for line in block.splitlines())
