"""What was read again, and since when: an interrupted backfill goes on, two that overlap read once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger

KEPT = timedelta(days=7)
"""How long that is remembered: no backfill waits longer for its turn, or to be gone on with."""


def record_reread(
    connection: Connection,
    table: Table,
    stretches: Iterable[tuple[str, datetime, datetime, datetime]],
) -> None:
    """Remember the stretches of listings that were read again, each with when that began.

    A stretch that goes on from where it was is one; what is long past is forgotten.
    """
    reread = ledger(connection, "reread")
    reached: dict[tuple[str, datetime, datetime], datetime] = {}
    for listing, start, end, began in stretches:
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
    """Stretches of a listing that were read again, begun at or after a moment of this machine's clock."""
    return connection.execute(
        f"select reread_from, reread_to from {ledger(connection, 'reread')}"
        " where table_name = ? and listing = ? and began_at >= ? order by all",
        [table.name, listing, since],
    ).fetchall()
