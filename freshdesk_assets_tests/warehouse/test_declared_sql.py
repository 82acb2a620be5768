"""All SQL in declarations holds on an empty replica: what is bound at run time only would fail by night."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from freshdesk_assets.checks import declared_checks
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.checks import check_query
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.view_columns import account_fields
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.existence import open_doubts
from freshdesk_assets.warehouse.ledger.parents import Asked, pending
from freshdesk_assets_tests.places import place

CATALOG = declared_tables()
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A replica with every table and view, and no row."""
    made = Warehouse(place(tmp_path_factory.mktemp("empty") / "replica.duckdb"))
    with made.open() as connection:
        ensure_views(connection, declared_views(), CATALOG)
    return made


@pytest.fixture
def empty(file: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction of its own, so that one wrong condition fails one test."""
    with file.open() as connection:
        yield connection


@pytest.mark.parametrize("check", declared_checks(), ids=lambda check: check.file)
def test_a_check_can_be_asked(empty: duckdb.DuckDBPyConnection, check: SqlCheck) -> None:
    assert check_query(empty, check.sql).count == 0


@pytest.mark.parametrize("child", CATALOG.children, ids=lambda child: child.name)
def test_a_child_table_can_be_cut_and_its_fields_be_listed(
    empty: duckdb.DuckDBPyConnection, child: Child
) -> None:
    """`Rows.sql` and `Fields.sql`."""
    assert derive(empty, child, CATALOG[child.parent]).rows == 0
    if child.fields:
        assert account_fields(empty, child, "cf_") == []


@pytest.mark.parametrize("table", CATALOG, ids=lambda table: table.name)
def test_the_conditions_of_a_table_can_be_asked(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    """`RowCall.stale` and `Existence.idle`."""
    for call in (table.row_call, table.fallback.row_call if table.fallback else None):
        if call is not None:
            asked = Asked(source=table, read_before=MOMENT, stale=call.stale)
            assert pending(empty, table, asked).total == 0
    if table.existence:
        assert open_doubts(empty, table, table.existence, now=MOMENT, limit=1) == []
