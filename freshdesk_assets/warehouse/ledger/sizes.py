"""From stored rows to how many calls reading a table takes."""

from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, number


def rows_there(connection: Connection, table: Table) -> int:
    """How many rows Freshdesk has, by what is stored."""
    return number(connection, f"select count(*) from {shaped(connection, table)} where _deleted_at is null")


def calls_per_parent(connection: Connection, table: Table, branch: Branch) -> float:
    """How many pages of a branch's list a parent had on average; 1 while nothing is stored."""
    if not table.per_page:
        return 1.0
    read = number(
        connection,
        f"select count(*) from {ledger(connection, 'parents_read')} where table_name = ?",
        [table.recorded_as(branch)],
    )
    more = number(
        connection,
        f"select sum((rows - 1) // {table.per_page})"
        f" from (select count(*) as rows from {shaped(connection, table)}"
        f" where _deleted_at is null group by {identifier(branch.column)})",
    )
    return 1.0 + more / read if read else 1.0
