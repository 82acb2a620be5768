"""A file that is written anew is the same to everybody who opens it, also while it is."""

import subprocess
import sys
from pathlib import Path

from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.rewriting import rewrite

ROWS = 60

WRITER = f"""
import sys
from pathlib import Path
from freshdesk_assets.warehouse.file import Warehouse

warehouse = Warehouse(Path(sys.argv[1]))
for number in range({ROWS}):
    with warehouse.open(checkpoint=False) as connection:
        connection.execute("insert into numbers values (?)", [number])
"""


def test_what_another_process_writes_meanwhile_is_in_the_new_file(tmp_path: Path) -> None:
    """It waits for the old file, and must not write into it once it is nobody's."""
    warehouse = Warehouse(tmp_path / "replica.duckdb")
    with warehouse.open() as connection:
        connection.execute("create table numbers (number integer)")
    with subprocess.Popen([sys.executable, "-c", WRITER, str(warehouse.path)]) as writer:
        rewritten = 0
        while writer.poll() is None:
            rewrite(warehouse)
            rewritten += 1
    assert writer.returncode == 0
    assert rewritten > 1
    with warehouse.open() as connection:
        assert connection.execute("select count(distinct number) from numbers").fetchone() == (ROWS,)
