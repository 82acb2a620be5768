"""What the page of a large account costs: `python -m benchmarks.page [--tickets 1000000]`.

The copy stands in for one with kept views: its tables have the columns that the page reads, and are made by
SQL. The bound is DuckDB's own scan of the tickets' table. With `--copy` a copy of a real replica is measured,
whose views are computed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.replica import conditions, show
from benchmarks.timing import Measured, peak, timed
from freshdesk_assets.page.writing import Options, write_page
from freshdesk_assets_tests.page.standing_in import Size, stand_in

GROUPS, AGENTS, COMPANIES = 200, 500, 20_000
SCANNED = "select count(*), max(hash(columns(*))) from metrics.ticket_metrics"


def main() -> None:
    """Make a copy, and its page in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--copy", type=Path, help="a published copy, instead of one that is made")
    parser.add_argument("--part", choices=["page"], help="run this part alone, in this process")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(page_of(options.copy)))
        return
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        copy = options.copy or stand_in(
            Path(folder) / "copy.duckdb",
            Size(tickets=options.tickets, groups=GROUPS, agents=AGENTS, companies=COMPANIES),
        )
        began = time.perf_counter()
        with duckdb.connect(str(copy), read_only=True) as connection:
            connection.execute(SCANNED).fetchall()
        bound = time.perf_counter() - began
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.page", "--part", "page", "--copy", str(copy)],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
        show(
            f"{found['tickets']:,.0f} tickets",
            ["", "seconds", "CPU s", "peak MB", "page MB"],
            [
                ["page", *(found[name] for name in ("seconds", "cpu", "peak", "page"))],
                ["scan of the tickets", bound, "", "", ""],
            ],
        )


def page_of(copy: Path) -> Measured:
    """What writing the page of a copy took."""
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        page = Path(folder) / "page.html"
        measured = timed(lambda: write_page(copy, page, Options()))
        size = page.stat().st_size / 1e6
    with duckdb.connect(str(copy), read_only=True) as connection:
        ((tickets,),) = connection.execute("select count(*) from freshdesk.tickets").fetchall()
    return {**measured, "peak": peak(), "page": size, "tickets": float(tickets)}


if __name__ == "__main__":
    main()
