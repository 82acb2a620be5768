"""From the rows that the ledger says are there to those that are: what somebody removed is read again."""

from collections.abc import Iterator
from datetime import UTC, datetime

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.row_counts import Loss, forget_made, forget_read, losses


def forget_lost(warehouse: Warehouse, catalog: Catalog) -> list[str]:
    """Forget what the ledger says of tables that have lost rows; a sentence for each of them.

    A table is then read again as if it had never been read, and what is made of tables is made again.
    """
    if not warehouse.path.exists():
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
