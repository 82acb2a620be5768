"""Which intervals were re-read, and when that began.

By this an interrupted backfill continues, and backfills that overlap share their reads.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger

KEPT = timedelta(days=7)
"""How long a re-read is remembered: no backfill waits longer to run, or to be continued."""


def record_reread(
    connection: Connection,
    table: Table,
    intervals: Iterable[tuple[str, datetime, datetime, datetime]],
) -> None:
    """Remember the intervals of listings that were re-read, each with when that began.

    An interval that continues an earlier one of the same re-read replaces it. Old ones are forgotten.
    """
    reread = ledger(connection, "reread")
    reached: dict[tuple[str, datetime, datetime], datetime] = {}
    for listing, start, end, began in intervals:
        same = (listing, start, began)
        reached[same] = max(end, reached.get(same, end))
    for (listing, start, began), end in reached.items():
        connection.execute(
            f"delete from {reread} where began_at < ? or (table_name = ? and listing = ?"
            " and reread_from = ? and began_at = ? and reread_to <= ?)",
            [began - KEPT, table.name, listing, start, began, end],
        )
        connection.execute(
            f"insert into {reread} values (?, ?, ?, ?, ?)", [table.name, listing, start, end, began]
        )


def reread(
    connection: Connection, table: Table, listing: str, since: datetime
) -> list[tuple[datetime, datetime]]:
    """The intervals of a listing that were re-read, begun at or after a moment of this machine's clock.

    One begun later than now was recorded by a clock that was wrong, and counts for nothing.
    """
    return connection.execute(
        f"select reread_from, reread_to from {ledger(connection, 'reread')}"
        " where table_name = ? and listing = ? and began_at between ? and ? order by all",
        [table.name, listing, since, datetime.now(UTC)],
    ).fetchall()
