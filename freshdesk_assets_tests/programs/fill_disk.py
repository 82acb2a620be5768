"""`fill_disk FOLDER SPOOLS [--growing] [--largest BYTES]`: land rows until the disk is full; print why.

Before that it prints the number of each batch that was landed.

--growing: each batch has 400 rows more than the one before, and not a thousand.
--largest: the size at which a file of the process counts as too large, as if the disk were full.
"""

import argparse
import os
import resource
from pathlib import Path

from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets_tests.library import SHELVES
from freshdesk_assets_tests.warehouse.library import Library, page


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("spools", type=Path)
    parser.add_argument("--growing", action="store_true")
    parser.add_argument("--largest", type=int)
    asked = parser.parse_args()
    if asked.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.largest, resource.RLIM_INFINITY))
    library = Library(asked.folder, asked.spools)
    try:
        for batch in range(100):
            count = batch * 400 if asked.growing else 1000
            rows = ({"id": batch * 100_000 + n, "label": os.urandom(2000).hex()} for n in range(count))
            library.land(SHELVES, page(*rows))
            print(batch)
    except WarehouseError as error:
        print(error)


if __name__ == "__main__":
    main()
