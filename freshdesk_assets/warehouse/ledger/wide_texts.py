"""From how long a batch's rows are to how their texts are stored: compressed, or each to be read alone.

Texts of 4 kB and more are compressed by zstd, 2,048 of one column together. To read one of them, or to add
another, DuckDB takes all of them apart in memory. Measured with texts of 0.5 MB, a thousand of them, in 512
MB: stored by fifties in 165 s and read for `id = 77` in 7; without zstd in 16 s and at once, in twice the
space; a list of all was out of memory with zstd, and took 610 MB without.
"""

from datetime import datetime

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.destinations.duckdb_file import compress_texts
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger

WIDE_ROW = 65_536
"""Bytes of a row, on average of a batch, from which on its texts are not compressed by zstd: 2,048 of them
have 128 MB."""


def note_wide_texts(connection: Connection, table: Table, rows: int, size: int, moment: datetime) -> None:
    """Remember for all later openings of the file that a batch of the table had long rows, if it had."""
    if rows and size > rows * WIDE_ROW:
        known = ledger(connection, "wide_texts")
        connection.execute(
            f"insert into {known} select ?, ?, ? where not exists (from {known} where table_name = ?)",
            [table.name, size // rows, moment, table.name],
        )
        compress_texts(connection, long=False)
