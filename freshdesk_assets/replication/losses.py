"""From what the ledger says to what can be true of it: what is not is forgotten, and so read again.

Rows may have been removed by somebody, and a clock may have been wrong.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from freshdesk_assets.extract.clocks import ALIKE
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.overreach import cut_back
from freshdesk_assets.warehouse.ledger.row_counts import Loss, forget_made, forget_read, losses


def doubt_ledger(warehouse: Warehouse, catalog: Catalog) -> list[str]:
    """Forget what the ledger says and cannot be true; a sentence for each table that is concerned."""
    return [*forget_lost(warehouse, catalog), *forget_future(warehouse, catalog)]


def forget_future(warehouse: Warehouse, catalog: Catalog) -> list[str]:
    """Forget that times still to come were read; a sentence for each table."""
    if not warehouse.exists():
        return []
    with warehouse.open(checkpoint=False) as connection:
        cut = cut_back(connection, catalog, datetime.now(UTC) + ALIKE)
    return [
        f"{name} counted as read beyond now, for a clock was wrong: it is read again from"
        f" {moment:%Y-%m-%d %H:%M} UTC on."
        for name, moment in cut.items()
    ]


def forget_lost(warehouse: Warehouse, catalog: Catalog) -> list[str]:
    """Forget what the ledger says of tables that have lost rows; a sentence for each of them.

    A table is then read again as if it had never been read, and what is made of tables is made again.
    """
    if not warehouse.exists():
        return []
    declared = {each.name: each for each in catalog.everything}
    now = datetime.now(UTC)
    with warehouse.open(checkpoint=False) as connection:
        lost = losses(connection, declared)
        if not lost:
            return []
        forget_read(connection, [each for each in lost if isinstance(declared[each.table], Table)], now)
        made = [each for each in lost if not isinstance(declared[each.table], Table)]
        if made:
            forget_made(connection, made, now)
    return [" ".join(_said(each, declared[each.table])) for each in lost]


def _said(loss: Loss, declared: object) -> Iterator[str]:
    there = "is not there any more" if loss.dropped else f"has {loss.there:,} rows"
    yield f"{loss.table} {there}, and {loss.written:,} were stored: something else has removed them."
    match declared:
        case Table():
            yield "It is read again from the beginning."
        case History():
            yield "It begins anew with the rows that are stored; what they were before cannot be read again."
        case _:
            yield "It is made again."
