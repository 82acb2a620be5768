"""`hold_spool ROOT`: spool a row, print the folder it lies in, and keep it until standard input ends."""

import sys
from pathlib import Path

from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.library import SPECIMENS
from freshdesk_assets_tests.warehouse.library import page

if __name__ == "__main__":
    spool = Spool(Path(sys.argv[1]), SPECIMENS)
    spool.add(page({"id": 1}))
    print(spool.folder, flush=True)
    sys.stdin.read()
