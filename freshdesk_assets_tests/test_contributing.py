"""Who follows CONTRIBUTING to the letter ends with a repository in which all checks and tests pass."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.checks import read_check
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views.view_files import read_view
from freshdesk_assets.warehouse.derived.checks import check_query
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.newcomer import ROOT, TOLD, copy_of_the_tree, edits, follow

PACKAGE = ROOT / "freshdesk_assets"
NAMED = re.compile(r"^(?P<above>[│├└─ ]*)(?P<name>[\w.]+/?) {2,}\S", re.MULTILINE)
"""A line of the picture; each room that it stands in takes four characters before the name."""

ITERATING = (
    "test_child.py",
    "test_contract.py",
    "test_docs.py",
    "test_pages.py::test_every_link_leads_somewhere",
    "test_pages.py::test_readme_leads_to_every_page",
    "test_tables.py",
    "orchestration/test_definitions.py",
    "replica/test_truth.py::test_the_rows_of_every_child_table_are_known_from_elsewhere_than_its_declaration",
    "warehouse/test_declared_sql.py",
)
"""Tests that look at each declaration, and take no minute together, without those that `LEFT` names."""

LEFT = "not left_over and not loading and not empty_environment"
"""They load or document everything once more, and no declaration makes them fail alone."""


def pictured() -> dict[str, bool]:
    """What the picture of the rooms shows: by its path, whether it is a folder."""
    picture = TOLD.partition("```text\nfreshdesk_assets/\n")[2].partition("```")[0]
    found: dict[str, bool] = {}
    rooms: list[str] = []
    for line in NAMED.finditer(picture):
        depth = len(line["above"]) // 4 - 1
        rooms = [*rooms[:depth], line["name"].rstrip("/")]
        found["/".join(rooms)] = line["name"].endswith("/")
    assert len(found) == len(picture.splitlines()), "a line says nothing of what it names"
    return found


def test_the_picture_shows_every_room_and_no_other() -> None:
    """A newcomer looks for a room where the picture has it, and believes that there are no more."""
    rooms = {str(file.parent.relative_to(PACKAGE)) for file in PACKAGE.rglob("__init__.py")} - {"."}
    shown = pictured()
    assert {name for name, folder in shown.items() if folder} == rooms
    assert [name for name, folder in shown.items() if not folder and not (PACKAGE / name).is_file()] == []


def test_each_question_is_answered_by_the_file_that_it_is_sent_to() -> None:
    asked = re.findall(r"^\| [^|]+ \| `([\w./]+)`, `(\w+)` \|$", TOLD, re.MULTILINE)
    rows = TOLD.partition("| where | |\n| --- | --- |\n")[2].partition("\n\n")[0]
    assert len(asked) == len(rows.splitlines()) > 0
    for file, name in asked:
        assert re.search(rf"^(def|class) {name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_everything_shown_says_where_it_goes() -> None:
    """A block that names no file is not followed here, so that nothing tests it."""
    assert len(re.findall(r"^```\w+$", TOLD, re.MULTILINE)) == len(edits()) + 1, "all but the picture"


@pytest.mark.parametrize("title", ["A child table", "A view", "A check"])
def test_an_example_is_under_fifteen_lines(title: str) -> None:
    chapter = TOLD.partition(f"\n# {title}\n")[2].partition("\n# ")[0]
    shown = [edit for edit in edits() if edit.text in chapter]
    assert 0 < sum(len(edit.text.splitlines()) for edit in shown) < 15


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with all edits of CONTRIBUTING, after `make docs`."""
    folder = tmp_path_factory.mktemp("followed")
    copy_of_the_tree(folder)
    for edit in edits():
        follow(folder, edit)
    done = run(folder, sys.executable, "scripts/document.py")
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a tree, with that tree's modules."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": f"{folder}.cache"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=3600
    )


def tool(name: str) -> str:
    """A command of the interpreter's own environment."""
    return str(Path(sys.executable).with_name(name))


TOUCHED = sorted({edit.file for edit in edits() if edit.file.endswith(".py")})


@pytest.mark.parametrize(
    "command",
    [
        (tool("ruff"), "check", *TOUCHED),
        (tool("ruff"), "format", "--check", *TOUCHED),
        (tool("mypy"), *TOUCHED),
    ],
    ids=["lint", "format", "types"],
)
def test_what_is_typed_is_well_written(followed: Path, command: tuple[str, ...]) -> None:
    done = run(followed, *command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_typed_breaks_no_contract_of_the_rooms(followed: Path) -> None:
    said = [run(folder, tool("lint-imports")).stdout for folder in (ROOT, followed)]
    before, after = (re.findall(r"^.* (?:KEPT|BROKEN)$", text, re.MULTILINE) for text in said)
    assert after == before
    assert before


@pytest.mark.long
def test_what_is_typed_passes_the_tests_of_each_declaration(followed: Path) -> None:
    """References, the contract with the simulator, assets, checks, SQL, and whether docs/ is current."""
    files = [f"freshdesk_assets_tests/{name}" for name in ITERATING]
    done = run(followed, sys.executable, "-m", "pytest", "-q", "-x", "-k", LEFT, *files)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)


@pytest.mark.slow
def test_what_is_typed_passes_make_test(followed: Path) -> None:
    """The last step that CONTRIBUTING asks for; it runs this module's own tests too."""
    done = run(followed, sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")
    assert done.returncode == 0, done.stdout


def test_the_examples_find_what_they_say(followed: Path, tmp_path: Path) -> None:
    """On an empty replica a view, a child table and a check return nothing, right or wrong."""
    declared: dict[str, Any] = {}
    exec((followed / "freshdesk_assets/tables/announcements.py").read_text(encoding="utf-8"), declared)
    table, child = declared["announcements"], declared["announcement_labels"]
    assert isinstance(table, Table)
    assert isinstance(child, Child)
    # They replace those of a repository that has them already.
    known = declared_tables()
    catalog = Catalog(
        [*(each for each in known if each.name != table.name), table],
        [*(each for each in known.children if each.name != child.name), child],
    )
    views = [
        read_view(followed / f"freshdesk_assets/views/{name}.sql")
        for name in ("relations/unlabelled_announcements", "reports/announcements_by_month")
    ]
    check = read_check(followed / "freshdesk_assets/checks/freshdesk/announcements/titled.sql")
    assert (check.schema, check.table, check.doc) == (
        "freshdesk", "announcements", "Every announcement has a title.",
    )  # fmt: skip
    with Warehouse(tmp_path / "replica.duckdb").open() as connection:
        ensure_views(connection, views, catalog)
        connection.execute(
            "insert into freshdesk.announcements (id, title, labels, created_at, _synced_at) values"
            " (1, 'Closed', ['office', 'all'], '2026-03-02', now()), (2, null, [], '2026-03-30', now())"
        )
        assert derive(connection, child, table).rows == 2
        found = connection.execute("from relations.unlabelled_announcements").fetchall()
        assert found == [(2, None)]
        by_month = connection.execute(
            "select month::varchar, announcements from reports.announcements_by_month"
        ).fetchall()
        assert by_month == [("2026-03-01", 2)]
        assert check_query(connection, check.sql).examples == ({"id": 2},)
