"""What CONTRIBUTING tells a newcomer to write works as it stands there, and is as short as promised."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.checks import read_check
from freshdesk_assets.queries import read_queries
from freshdesk_assets.schema import child, column, endpoint, sync, table
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views.tracing import trace
from freshdesk_assets.views.view_files import read_view
from freshdesk_assets.warehouse.derived.checks import check_query
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def told(title: str) -> tuple[str, str]:
    """The text of a chapter, and the example in it."""
    chapter = TOLD.partition(f"# {title}\n")[2].partition("\n# ")[0]
    example = "\n".join(re.findall(r"^(?: {4}.*|)$", chapter, re.MULTILINE))
    return chapter, textwrap.dedent(example).strip() + "\n"


@pytest.fixture
def catalog() -> Catalog:
    """The declared tables, with the table and the child table of the examples."""
    names: dict[str, Any] = {**vars(column), **vars(endpoint), **vars(sync), **vars(table), **vars(child)}
    for title in ("A table", "A child table"):
        exec(told(title)[1], names)
    known = declared_tables()
    return Catalog([*known, names["skills"]], [*known.children, names["skill_agents"]])


@pytest.mark.parametrize("title", ["A child table", "A view", "A check", "Queries"])
def test_an_example_is_under_fifteen_lines(title: str) -> None:
    lines = [line for line in told(title)[1].splitlines() if line.strip()]
    assert 0 < len(lines) < 15


def test_the_examples_make_a_table_a_child_a_view_and_a_check(catalog: Catalog, tmp_path: Path) -> None:
    """A newcomer's first hour is spent on what is written there."""
    folder = tmp_path / "relations"
    folder.mkdir()
    chapter, example = told("A view")
    assert "`views/relations/idle_skills.sql`" in chapter
    (folder / "idle_skills.sql").write_text(example, encoding="utf-8")
    view = read_view(folder / "idle_skills.sql")
    shapes = {
        ("freshdesk", each.name): {cell.name: str(cell.type) for cell in each.stored}
        for each in catalog.everything
    }
    traced = trace([view], shapes)[view.id]
    assert {name: found.type for name, found in traced.items()} == {"id": "BIGINT", "name": "VARCHAR"}
    chapter, example = told("A check")
    assert "`checks/freshdesk/skills/named.sql`" in chapter
    file = tmp_path / "freshdesk" / "skills" / "named.sql"
    file.parent.mkdir(parents=True)
    file.write_text(example, encoding="utf-8")
    check = read_check(file)
    assert (check.schema, check.table, check.doc) == ("freshdesk", "skills", "Every skill has a name.")
    chapter, example = told("Queries")
    assert "`queries/freshdesk/skills.sql`" in chapter
    asked = tmp_path / "freshdesk" / "skills.sql"
    asked.write_text(example, encoding="utf-8")
    queries = read_queries(asked)
    cut = next(each for each in catalog.children if each.name == "skill_agents")
    with Warehouse(tmp_path / "replica.duckdb").open() as connection:
        ensure_views(connection, [view], catalog)
        connection.execute("insert into freshdesk.skills (id, name, _synced_at) values (1, 'Repair', now())")
        connection.execute("insert into freshdesk.skills (id, _synced_at) values (2, now())")
        assert derive(connection, cut, catalog["skills"]).rows == 0
        rows = connection.execute("select id, name from relations.idle_skills order by id").fetchall()
        assert rows == [(1, "Repair"), (2, None)]
        assert check_query(connection, check.sql).examples == ({"id": 2},)
        found = [sorted(connection.execute(query.sql).fetchall(), key=str) for query in queries]
        assert found == [[("Repair", 0), (None, 0)], [("Repair",), (None,)]]
