"""The generated pages of docs/ are current and complete."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from freshdesk_assets.queries import declared_queries
from freshdesk_assets.schema.catalog import key_of
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOT_OF_THE_TREE = (".venv", ".git", ".demo", ".*_cache", ".*dagster_home*", "__pycache__", "*.duckdb*")


def test_the_pages_are_current() -> None:
    """A dictionary that is not generated again is wrong somewhere, and nobody can tell where."""
    assert said_of(ROOT) == ""


@pytest.mark.parametrize(
    ("added", "removed", "said"),
    [
        ("docs/dictionary/freshdesk/shelves.md", "", "is about nothing that is declared: run `make docs`"),
        ("freshdesk_assets/queries/freshdesk/shelves.sql", "", "there is no such table or view: give it"),
        ("", "freshdesk_assets/queries/relations/tickets.sql", "relations.tickets has no queries: write"),
    ],
)
def test_what_is_left_over_or_left_out_is_said(added: str, removed: str, said: str, tmp_path: Path) -> None:
    """The page of a table that was removed would be believed, and one without queries be no help."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*NOT_OF_THE_TREE))
    if added:
        shutil.copy((tree / added).with_stem("tickets"), tree / added)
    if removed:
        (tree / removed).unlink()
    (told,) = said_of(tree).splitlines()
    assert (added or removed) in told
    assert said in told


def test_every_table_and_view_and_every_column_is_there() -> None:
    catalog = declared_tables()
    pages = {("freshdesk", each.name): [column.name for column in each.stored] for each in catalog.everything}
    pages |= {view.id: [column.name for column in view.columns] for view in declared_views()}
    for (schema, name), columns in pages.items():
        file = DOCS / "dictionary" / schema / f"{name}.md"
        told = (
            file.read_text(encoding="utf-8") if file.exists() else chapter(DOCS / "dictionary", schema, name)
        )
        for column in columns:
            assert f"| `{column}` |" in told, f"{schema}.{name}.{column}"


def test_the_page_of_a_table_opens_with_its_queries() -> None:
    for (schema, name), queries in declared_queries().items():
        if not (file := DOCS / "dictionary" / schema / f"{name}.md").exists():
            continue
        told = file.read_text(encoding="utf-8")
        opening = told.partition("\n## Queries\n")[2].partition("\n## ")[0]
        assert re.findall(r"```sql\n(.*?);\n```", opening, re.DOTALL) == [query.sql for query in queries]
        assert all(f"\n{query.question}" in opening for query in queries)


def test_every_reference_is_a_line_in_the_diagram_of_the_whole() -> None:
    whole = (DOCS / "diagrams.md").read_text(encoding="utf-8").partition("## The whole")[2]
    catalog = declared_tables()
    for table in catalog:
        for declared, column in catalog.referring(table.name):
            assert re.search(rf"^    {table.name} \S+ {declared.name} : {column.name}$", whole, re.MULTILINE)


def said_of(root: Path) -> str:
    """What `document.py --check` says of a tree; it fails if it says something."""
    done = subprocess.run(
        [sys.executable, "scripts/document.py", "--check"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == bool(done.stderr)
    return done.stderr


def test_every_table_is_a_line_of_the_graph_with_its_key() -> None:
    """A changed key changes the RemoteID that SyncHub's users join on; in the page it shows as a diff."""
    page = (DOCS / "graph.md").read_text(encoding="utf-8")
    for declared in declared_tables().everything:
        line = next(each for each in page.splitlines() if each.startswith(f"| freshdesk/{declared.name} |"))
        assert line.split(" | ")[3] == ", ".join(key_of(declared))


def chapter(folder: Path, schema: str, name: str) -> str:
    """What the page of a schema says of one of its views."""
    return (
        (folder / f"{schema}.md")
        .read_text(encoding="utf-8")
        .partition(f"\n## {name}\n")[2]
        .partition("\n## ")[0]
    )
