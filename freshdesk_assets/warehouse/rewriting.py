"""From a file to the same file without the blocks that nothing uses: what was deleted is gone from the disk.

DuckDB leaves the bytes of deleted and changed rows where they are until it uses their blocks again.
"""

import os
import shutil
from secrets import token_hex

from freshdesk_assets.warehouse.file import Warehouse, WarehouseError, resolved
from freshdesk_assets.warehouse.keeping import purge_lake
from freshdesk_assets.warehouse.ledger.personal import settle_rewrite
from freshdesk_assets.warehouse.publishing import (
    checkpoint,
    copy_rows,
    discard,
    explained,
    flush,
    remove_unfinished,
)


def rewrite(warehouse: Warehouse) -> None:
    """Write the file anew from its rows, and put it in the place of the old one in one step.

    In a lake, files with deleted rows are written anew, and snapshots and files of before are removed.

    Who has the old file open keeps it: its bytes are gone when they close it. Raises WarehouseError if there
    is no room or memory for it; the old file then stays, with what was deleted still in it. What the ledger
    owes is settled by the new file alone: whatever ends this early, the next run does it again.
    """
    if warehouse.destination.lake:
        purge_lake(warehouse)
        with warehouse.open() as connection:
            settle_rewrite(connection)
        return
    path = resolved(warehouse.path)
    made = path.with_name(f"{path.name}.{token_hex(4)}.unfinished")
    # The engine ends with the block: it has the old file open.
    with warehouse.open(ending=True) as connection:
        checkpoint(connection, path)
        try:
            with explained(path, "make room, and run again"):
                remove_unfinished(path)
                if not copy_rows(connection, warehouse, made):
                    raise WarehouseError(
                        f"{path} could not be written anew for want of memory, so that what was deleted is"
                        " still in its unused blocks: set FRESHDESK_MEMORY to more, and run again"
                    )
                shutil.copymode(path, made)
                flush(made)
                os.replace(made, path)
                flush(path.parent)
        finally:
            discard(made)
    with warehouse.open() as connection:
        settle_rewrite(connection)
