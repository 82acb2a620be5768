"""A view or a check that contradicts the rest does not load: a sentence says which, why, and what to do."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.checks import read_check
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Entries
from freshdesk_assets.schema.column import DeclarationError, bigint, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.tables import GROUPS, check_groups, declared_tables
from freshdesk_assets.views import declared_schemas, in_order
from freshdesk_assets.views.view_files import read_schema, read_view

SHELVES = Table(
    name="shelves",
    doc="One row per shelf.",
    path="shelves",
    sync=FullList(),
    group="library",
    docs="shelves",
    columns=(
        bigint("id", "Number of the shelf.", required=True),
        text("label", "What is written on it."),
        json("custom_fields", "What the library itself notes of it."),
        timestamp("updated_at", "When it was last changed."),
    ),
)
NOTED = Child(
    name="shelf_custom_fields",
    doc="One row per field of a shelf.",
    parent="shelves",
    by="shelf_id",
    cut=Entries("custom_fields"),
    columns=(text("name", "Field.", path="key", required=True), json("value", "Value.", path="value")),
    key=("name",),
)
SHOWN = (
    "-- Shelves.\n--\n-- id: Number.\n-- label: Label.\n\n"
    "select shelves.id, shelves.label from freshdesk.shelves"
)
WIDE = (
    "-- Shelves with their fields.\n--\n-- id: Number.\n-- cf_*: A field. <- shelf_custom_fields\n\n"
    "select shelves.id, shelves.custom_fields from freshdesk.shelves"
)

Load = Callable[[dict[str, str]], dg.Definitions]
"""Loads a library with views and checks, by their files."""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """A folder of views and one of checks, as they stand in the package."""

    @dg.asset(key=["stock", "scores"])
    def scores() -> None:
        pass

    def loaded(files: dict[str, str]) -> dg.Definitions:
        for name, written in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written, encoding="utf-8")
        return build_defs(
            Settings(start_date=datetime(2025, 12, 3, tzinfo=UTC), partitions=PartitionLength.MONTHLY),
            Catalog([SHELVES], [NOTED]),
            views=in_order(read_view(file) for file in sorted(tmp_path.glob("views/*/*.sql"))),
            checks=[read_check(file) for file in sorted(tmp_path.glob("checks/*/*/*.sql"))],
            assets=[scores],
        )

    return loaded


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            SHOWN.replace("freshdesk.shelves", "freshdesk.shelfs as shelves"),
            "it reads freshdesk.shelfs, which is neither a table nor a view; mend the name, or declare it",
        ),
        (
            SHOWN.replace("shelves.label from", "shelves.lable as label from"),
            "it reads a column that does not exist; mend the name, or declare the column: Unknown column:",
        ),
        (
            SHOWN.replace("shelves.label from", "\n\nlable as label from"),
            "declare the column: Column 'lable' could not be resolved. Line: 8, Col: 5.",
        ),
        (SHOWN.replace("select ", "select from "), "its SQL cannot be parsed: "),
        (SHOWN.replace("select shelves.id, shelves.label", "delete"), "its SQL is not one query"),
        (
            SHOWN.replace("-- id:", "-- idd:"),
            "its header and its SQL differ in id, idd; give the header a line for each column that the SQL",
        ),
        (SHOWN.replace("shelves.id, ", ""), "its header and its SQL differ in id; "),
        (SHOWN.replace("-- label: Label.\n", ""), "its header and its SQL differ in label; "),
        (WIDE.replace("-- id: Number.\n", ""), "its header and its SQL differ in custom_fields, id; "),
        (
            WIDE.replace("<- shelf_custom_fields", "<- shelf_fields"),
            "its cf_* are made of shelf_fields, which is not a table; name the child table that holds the",
        ),
    ],
)
def test_a_view_that_contradicts_its_sql_or_the_tables_does_not_load(
    load: Load, sql: str, sentence: str
) -> None:
    """Else it fails in the run at night, and everything downstream of it waits."""
    with pytest.raises(DeclarationError) as refused:
        load({"views/relations/shown.sql": sql})
    assert str(refused.value).startswith("view relations/shown.sql: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("file", "query", "sentence"),
    [
        (
            "freshdesk/shelfs/labelled.sql",
            "select id from freshdesk.shelves where label is null",
            "there is no table or view freshdesk.shelfs; put the file into checks/<schema>/<table>/",
        ),
        ("freshdesk/shelves/labelled.sql", "selec id from freshdesk.shelves", "its SQL cannot be parsed: "),
        ("freshdesk/shelves/labelled.sql", "", "its SQL cannot be parsed: "),
        ("freshdesk/shelves/labelled.sql", "drop table freshdesk.shelves", "its SQL is not one query"),
        (
            "freshdesk/shelves/labelled.sql",
            "select id from freshdesk.shelfs",
            "it reads freshdesk.shelfs, which is neither a table nor a view",
        ),
        (
            "freshdesk/shelves/labelled.sql",
            "select id from shelves",
            "it reads shelves without its schema; write schema.shelves",
        ),
        (
            "freshdesk/shelves/labelled.sql",
            "select id from freshdesk.shelves where lable is null",
            "declare the column: Column 'lable' could not be resolved. Line: 3, Col: 44.",
        ),
        (
            "relations/shown/labelled.sql",
            "select id from relations.shown where lable is null",
            "declare the column: Column 'lable' could not be resolved.",
        ),
    ],
)
def test_a_check_of_what_there_is_not_does_not_load(load: Load, file: str, query: str, sentence: str) -> None:
    """Else nothing is checked and nobody notices, or the check fails when it should show damage."""
    with pytest.raises(DeclarationError) as refused:
        load(
            {
                f"checks/{file}": f"-- Every shelf has a label.\n\n{query}\n",
                "views/relations/shown.sql": SHOWN,
            }
        )
    assert str(refused.value).startswith(f"check {file}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_views_and_checks_may_read_whatever_there_is(load: Load) -> None:
    """The ledger, DuckDB's own schemas, assets of a user's own, and fields that only the account knows."""
    reads_all = (
        "-- All there is.\n--\n-- id: Number.\n-- cf_row: Row of the shelf.\n-- score: Score.\n\n"
        "with told as (select Wide.ID as id, cf_row from relations.Wide)\n"
        "select told.id, told.cf_row, scores.score from told join stock.scores on scores.shelf_id = told.id\n"
        "where exists (select 1 from freshdesk_meta.coverage where table_name = 'shelves')\n"
        "and exists (select 1 from relations.foreign_keys where orphans > 0)"
    )
    checks = {
        "relations/wide/rows": "select id from relations.wide where cf_row is null",
        "relations/foreign_keys/counted": "select 1 from relations.foreign_keys where counted_at is null",
        "stock/scores/named": "select shelf_id from stock.scores where name is null",
        "freshdesk/shelf_custom_fields/known": (
            "select shelf_id from freshdesk.shelf_custom_fields\n"
            "where name not in (select column_name from information_schema.columns)"
        ),
    }
    definitions = load(
        {
            "views/relations/wide.sql": WIDE,
            "views/reports/all.sql": reads_all,
            **{f"checks/{name}.sql": f"-- It holds.\n\n{sql}" for name, sql in checks.items()},
        }
    )
    found = {
        "/".join([*key.asset_key.path, key.name])
        for key in definitions.resolve_asset_graph().asset_check_keys
    }
    assert checks.keys() <= found


@pytest.mark.parametrize("written", [None, "", "Views for reports", "Views\nfor reports."])
def test_a_schema_of_views_says_what_they_are_for(tmp_path: Path, written: str | None) -> None:
    """A schema that nobody explains is in no documentation."""
    folder = tmp_path / "reports"
    folder.mkdir()
    if written is not None:
        (folder / "README.md").write_text(written)
    with pytest.raises(DeclarationError) as refused:
        read_schema(folder)
    assert str(refused.value) == (
        "schema reports: nothing says what its views are for; write one line that does, with a full stop,"
        " into freshdesk_assets/views/reports/README.md"
    )
    assert all(said.endswith(".") for said in declared_schemas().values())


def test_a_group_of_tables_says_what_they_are_about() -> None:
    """And a sentence without tables is refused too."""
    with pytest.raises(DeclarationError) as refused:
        check_groups([SHELVES])
    assert str(refused.value) == (
        "table shelves: its group 'library' has no sentence; write one into GROUPS in"
        " freshdesk_assets/tables/__init__.py"
    )
    assert {table.group for table in declared_tables()} == GROUPS.keys()
