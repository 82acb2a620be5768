"""Coverage that reaches beyond now, as a clock that was wrong left it, cut back to what rows prove."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger, version_of
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import scalar

MARGIN = timedelta(hours=1)
"""A list that is in no order of time may take so long to read, and miss what changes meanwhile."""


def cut_back(connection: Connection, tables: Iterable[Table], now: datetime) -> dict[str, datetime]:
    """By table whose coverage reached beyond now and its newest row: how far it reaches from here on.

    Where rows are as new as the coverage, it is this machine's clock that is behind.
    """
    coverage = ledger(connection, "coverage")
    ahead = dict(
        connection.execute(
            f"select table_name, max(covered_to) from {coverage} where covered_to > ? group by all", [now]
        ).fetchall()
    )
    cut: dict[str, datetime] = {}
    for table in tables:
        if table.name not in ahead:
            continue
        newest = scalar(
            connection, f"select max({version_of(table, 't')}) from {shaped(connection, table)} t"
        )
        if newest is not None and newest >= ahead[table.name]:
            continue
        if newest is None:
            connection.execute(f"delete from {coverage} where table_name = ?", [table.name])
            cut[table.name] = now
            continue
        cut[table.name] = bound = newest - MARGIN
        connection.execute(
            f"delete from {coverage} where table_name = ? and covered_from >= ?", [table.name, bound]
        )
        connection.execute(
            f"update {coverage} set covered_to = least(covered_to, ?) where table_name = ?",
            [bound, table.name],
        )
    return cut
