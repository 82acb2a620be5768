"""`open_file FILE`: open a DuckDB file to write, and close it."""

import subprocess
import sys
from pathlib import Path

import duckdb

from freshdesk_assets_tests.programs import FOUND, command


def can_be_opened(path: Path) -> bool:
    """Whether another process can open the file to write."""
    opened = subprocess.run(command("open_file", path), env=FOUND, capture_output=True, check=False)
    return opened.returncode == 0


if __name__ == "__main__":
    duckdb.connect(sys.argv[1]).close()
