"""`land_states FOLDER FIRST`: land fifty members again and again, each time with the next number as standing.

It begins with FIRST, and prints each number when its members are landed.
"""

import sys
from pathlib import Path

from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.library import MEMBERS
from freshdesk_assets_tests.warehouse.library import Library, at, later, page


def main(library: Library, first: int) -> None:
    with Spool(library.spools, MEMBERS) as spool:
        for turn in range(first, 100_000):
            rows = ({"id": id_, "standing": str(turn), "updated_at": at(turn)} for id_ in range(50))
            library.land_from(spool, page(*rows), moment=later(turn))
            print(turn, flush=True)


if __name__ == "__main__":
    main(Library(Path(sys.argv[1])), int(sys.argv[2]))
