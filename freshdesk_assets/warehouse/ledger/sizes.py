"""How much of a table is stored, as far as that tells what reading it takes."""

import duckdb

from freshdesk_assets.schema.table import PerParent, Table
from freshdesk_assets.warehouse.file import identifier
from freshdesk_assets.warehouse.ledger.tables import META, ensure_ledger
from freshdesk_assets.warehouse.shape import ensure_shape, qualified


def rows_there(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Rows that Freshdesk has, as far as is known."""
    ensure_shape(connection, table, comments=False)
    return _number(connection, f"select count(*) from {qualified(table.name)} where _deleted_at is null")


def calls_per_parent(connection: duckdb.DuckDBPyConnection, table: Table, per_page: int) -> float:
    """How many pages of the table's list a parent had on average; 1 while nothing is stored."""
    ensure_shape(connection, table, comments=False)
    ensure_ledger(connection, comments=False)
    if not isinstance(table.sync, PerParent):
        return 1.0
    read = _number(
        connection, f"select count(*) from {qualified('parents_read', META)} where table_name = ?", table.name
    )
    more = _number(
        connection,
        f"select sum((rows - 1) // {per_page}) from (select count(*) as rows from {qualified(table.name)}"
        f" where _deleted_at is null group by {identifier(table.sync.column)})",
    )
    return 1.0 + more / read if read else 1.0


def _number(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> int:
    found = connection.execute(query, list(values)).fetchone()
    return int(found[0]) if found and found[0] is not None else 0
