"""`store_in_lake FOLDER`: store a row in the lake of the folder's library, and stop before the commit.

Says `written` with the row in a Parquet file that no commit knows, and goes on when a line is sent; says
`stored` then, or why not.
"""

import sys
from pathlib import Path

from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets_tests.lake.shelf import shelf


def say(line: str) -> None:
    """Print a line that is read at once."""
    print(line, flush=True)


def main(folder: Path) -> None:
    """Do what the module says."""
    try:
        with shelf(folder).turn("acme", "this program", say), shelf(folder).open() as connection:
            connection.execute("insert into replica.main.books select * from range(1000, 2000)")
            say("written")
            sys.stdin.readline()
    except WarehouseError as error:
        say(f"refused: {error}")
    else:
        say("stored")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
