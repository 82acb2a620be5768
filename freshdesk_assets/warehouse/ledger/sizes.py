"""From stored rows to how many calls reading a table takes."""

from collections.abc import Collection

from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, number


def rows_there(connection: Connection, table: Table) -> int:
    """How many rows Freshdesk has, by what is stored."""
    return number(connection, f"select count(*) from {shaped(connection, table)} where _deleted_at is null")


def calls_per_parent(
    connection: Connection, table: Table, branch: Branch, known: Collection[int] = ()
) -> float:
    """How many calls the list of a parent takes on average; 1 while nothing is stored.

    That is a call per page. Of the parents that are `known` the changes and the count are asked for.
    """
    if not table.per_page:
        return 1.0
    read = number(
        connection,
        f"select count(*) from {ledger(connection, 'parents_read')} where table_name = ?",
        [table.recorded_as(branch)],
    )
    parent = identifier(branch.column)
    more = len(known) + number(
        connection,
        f"select coalesce(sum((rows - 1) // {table.per_page}), 0)"
        f" from (select count(*) as rows from {shaped(connection, table)}"
        f" where _deleted_at is null and {parent} not in (select unnest(?::bigint[])) group by {parent})",
        [list(known)],
    )
    return 1.0 + more / read if read else 1.0
