"""From stored rows to how many calls reading a table takes."""

from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, number


def rows_there(connection: Connection, table: Table) -> int:
    """How many rows Freshdesk has, by what is stored."""
    return number(connection, f"select count(*) from {shaped(connection, table)} where _deleted_at is null")


def calls_per_parent(connection: Connection, table: Table, per_page: int) -> float:
    """How many pages of the table's list a parent had on average; 1 while nothing is stored."""
    if not isinstance(table.sync, PerParent):
        return 1.0
    read = number(
        connection,
        f"select count(*) from {ledger(connection, 'parents_read')} where table_name = ?",
        [table.name],
    )
    more = number(
        connection,
        f"select sum((rows - 1) // {per_page})"
        f" from (select count(*) as rows from {shaped(connection, table)}"
        f" where _deleted_at is null group by {identifier(table.sync.column)})",
    )
    return 1.0 + more / read if read else 1.0
