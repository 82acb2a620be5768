"""`publish_copy FILE TARGET [--compact] [--largest BYTES]`: publish a replica, and print what went wrong.

--largest: the size beyond which no file of the process can grow, as on a disk that is full.
"""

import argparse
import resource
from pathlib import Path

from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.publishing import publish


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--compact", action="store_true")
    parser.add_argument("--largest", type=int, default=resource.RLIM_INFINITY)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_FSIZE, (asked.largest, asked.largest))
    print("begun", flush=True)
    try:
        publish(Warehouse(asked.file), asked.target, compact=asked.compact)
    except WarehouseError as error:
        print(error)


if __name__ == "__main__":
    main()
