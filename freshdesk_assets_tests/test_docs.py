"""What docs/ has of the declarations is what they say, and leaves nothing out."""

import re
import subprocess
import sys
from pathlib import Path

from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


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


def test_every_reference_is_a_line_in_the_diagram_of_the_whole() -> None:
    whole = (DOCS / "diagrams.md").read_text(encoding="utf-8").partition("## The whole")[2]
    catalog = declared_tables()
    for table in catalog:
        for declared, column in catalog.referring(table.name):
            assert re.search(rf"^    {table.name} \S+ {declared.name} : {column.name}$", whole, re.MULTILINE)


def chapter(file: Path, name: str) -> str:
    """What a page says of one table."""
    return file.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
