"""Which intervals of time of each listing are stored."""

from collections.abc import Iterable
from datetime import datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.intervals import Interval, joined
from freshdesk_assets.warehouse.ledger.tables import ledger


def covered(connection: Connection, table: Table, listing: str) -> list[Interval]:
    """The intervals of a listing that are stored, in order, none touching another."""
    return connection.execute(
        f"select covered_from, covered_to from {ledger(connection, 'coverage')}"
        " where table_name = ? and listing = ? order by covered_from",
        [table.name, listing],
    ).fetchall()


def record_coverage(
    connection: Connection, table: Table, intervals: Iterable[tuple[str, datetime, datetime]]
) -> None:
    """Add intervals of listings to those that are stored."""
    coverage = ledger(connection, "coverage")
    added: dict[str, list[Interval]] = {}
    for listing, start, end in intervals:
        added.setdefault(listing, []).append((start, end))
    for listing, new in added.items():
        rows = joined([*covered(connection, table, listing), *new])
        connection.execute(
            f"delete from {coverage} where table_name = ? and listing = ?", [table.name, listing]
        )
        connection.executemany(
            f"insert into {coverage} values (?, ?, ?, ?)", [[table.name, listing, *row] for row in rows]
        )
