"""`try_to_open FILE DONE`: try to open a DuckDB file to write, until it was possible or DONE is there.

It prints `begun`, and at the end how often it opened the file and how often it was locked.
"""

import sys
from pathlib import Path

import duckdb


def main(path: str, done: Path) -> None:
    print("begun", flush=True)
    opened = refused = 0
    while not opened and not done.exists():
        try:
            duckdb.connect(path).close()
            opened += 1
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            refused += 1
    print(opened, refused)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
