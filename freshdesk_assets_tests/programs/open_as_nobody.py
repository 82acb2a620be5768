"""`open_as_nobody FOLDER`: open the replica in a folder as a user who has no rights, and print why not."""

import os
import sys
from pathlib import Path

from freshdesk_assets.warehouse.file import Warehouse, WarehouseError

NOBODY = 65534

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    if os.getuid() == 0:
        os.setuid(NOBODY)
    try:
        with Warehouse(Path("freshdesk.duckdb")).open():
            pass
    except WarehouseError as error:
        print(error)
