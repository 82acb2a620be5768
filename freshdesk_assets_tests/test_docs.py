"""docs/ is what the declarations say, leaves nothing out, and every link in it leads somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from freshdesk_assets.schema.catalog import key_of
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def test_the_pages_are_current() -> None:
    """A dictionary that is not generated again is wrong the day after, and nobody can tell where."""
    done = subprocess.run(
        [sys.executable, "scripts/document.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_table_and_view_and_every_column_is_there() -> None:
    catalog = declared_tables()
    for table in catalog:
        for declared in catalog.with_derived(table):
            told = chapter(DOCS / "dictionary" / f"{table.group}.md", declared.name)
            for column in declared.stored:
                assert f"| `{column.name}` |" in told, f"{declared.name}.{column.name}"
    for view in declared_views():
        told = chapter(DOCS / "dictionary" / f"{view.schema}.md", view.name)
        for shown in view.columns:
            assert f"| `{shown.name}` |" in told, f"{view.schema}.{view.name}.{shown.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://developers.freshdesk.com/api/#"):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if line := re.fullmatch(r"L(\d+)", anchor):
            assert int(line[1]) <= len(file.read_text(encoding="utf-8").splitlines())
        elif anchor:
            assert anchor in headings(file), target


def test_every_reference_is_a_line_in_the_diagram_of_the_whole() -> None:
    whole = (DOCS / "diagrams.md").read_text(encoding="utf-8").partition("## The whole")[2]
    catalog = declared_tables()
    for table in catalog:
        for declared, column in catalog.referring(table.name):
            assert re.search(rf"^    {table.name} \S+ {declared.name} : {column.name}$", whole, re.MULTILINE)


def test_every_table_is_a_line_of_the_graph_with_its_key() -> None:
    """A key that changes would change the RemoteID that SyncHub's users join on: none changes unseen."""
    page = (DOCS / "graph.md").read_text(encoding="utf-8")
    for declared in declared_tables().everything:
        line = next(each for each in page.splitlines() if each.startswith(f"| freshdesk/{declared.name} |"))
        assert line.split(" | ")[3] == ", ".join(key_of(declared))


def chapter(file: Path, name: str) -> str:
    """What a page says of one table."""
    return file.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def headings(file: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}
