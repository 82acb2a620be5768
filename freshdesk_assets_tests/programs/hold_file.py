"""`hold_file FILE SECONDS`: keep a DuckDB file open, as somebody who looks at it does."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import duckdb

from freshdesk_assets_tests.programs import begun, line


@contextmanager
def holding(path: Path, seconds: float = 60) -> Iterator[Popen[str]]:
    """The file held by another process, for so many seconds or until the block ends."""
    with begun("hold_file", path, seconds) as holder:
        assert line(holder) == "held"
        yield holder


def main(path: str, seconds: str) -> None:
    with duckdb.connect(path):
        print("held", flush=True)
        time.sleep(float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
