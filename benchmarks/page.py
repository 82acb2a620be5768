"""What the page of a large account costs: `python -m benchmarks.page [--tickets 1000000]`.

The replica is generated, with 200 groups and 500 agents, and has the views that a real one has. Making one
of a million tickets takes five to ten minutes and 1.1 GB: `--keep` leaves it for the next time, `--copy`
measures one that is there. With `--charts` each chart has a line. The bound is DuckDB's own scan of the
tickets' table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.generated import CATALOG, fill
from benchmarks.replica import conditions, show
from benchmarks.sizes import LARGE
from benchmarks.timing import Measured, peak, timed
from freshdesk_assets.page.charts import charts_of
from freshdesk_assets.page.writing import Options, prepare, write_page
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.asking import ask, reading
from freshdesk_assets.warehouse.derived.rules import record_rules
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Connection, Warehouse

SCANNED = "select count(*), max(hash(columns(*))) from freshdesk.tickets"


def main() -> None:
    """Make a replica, and its page in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument(
        "--copy", type=Path, help="a replica or its published copy, instead of one that is made"
    )
    parser.add_argument("--keep", type=Path, help="where the replica that is made stays")
    parser.add_argument("--charts", action="store_true", help="what each chart takes, too")
    parser.add_argument("--part", choices=PARTS, help="run this part alone, in this process")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.copy, options.tickets)))
        return
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        copy = options.copy or options.keep or Path(folder) / "replica.duckdb"
        if not options.copy:
            run("replica", copy, options.tickets)
        began = time.perf_counter()
        with duckdb.connect(str(copy), read_only=True) as connection:
            connection.execute(SCANNED).fetchall()
        bound = time.perf_counter() - began
        found = run("page", copy)
        show(
            f"{found['tickets']:,.0f} tickets",
            ["", "seconds", "CPU s", "peak MB", "page MB"],
            [
                ["page", *(found[name] for name in ("seconds", "cpu", "peak", "page"))],
                ["scan of the tickets", bound, "", "", ""],
            ],
        )
        if options.charts:
            show("of these", ["", "CPU s"], list(run("charts", copy).items()))


def replica(file: Path, tickets: int) -> Measured:
    """Generate a replica with all views, as runs make them."""
    warehouse = Warehouse(file)
    with warehouse.open() as connection:
        fill(connection, tickets, LARGE)
    with warehouse.open() as connection:
        record_rules(connection, Rules())
        ensure_views(connection, declared_views(), CATALOG)
    return {}


def run(part: str, copy: Path, tickets: int = 0) -> Measured:
    """Run a part in a process of its own, whose memory is not that of another."""
    asked = ["--part", part, "--copy", str(copy), "--tickets", str(tickets)]
    command = [sys.executable, "-m", "benchmarks.page", *asked]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: float(value) for name, value in json.loads(said).items()}


def page_of(copy: Path, _tickets: int) -> Measured:
    """What writing the page of a copy took."""
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        page = Path(folder) / "page.html"
        measured = timed(lambda: write_page(copy, page, Options()))
        size = page.stat().st_size / 1e6
    with duckdb.connect(str(copy), read_only=True) as connection:
        ((tickets,),) = connection.execute("select count(*) from freshdesk.tickets").fetchall()
    return {**measured, "peak": peak(), "page": size, "tickets": float(tickets)}


def charts_by_cpu(copy: Path, _tickets: int) -> Measured:
    """The CPU of the shared tables, all together, and of each chart's query."""
    with reading(copy, lock_wait=60) as connection:
        found = {"shared tables": timed(lambda: prepare(connection))["cpu"]}
        for chart in charts_of():
            found[chart.name] = timed(partial(rows_of, connection, chart.sql))["cpu"]
    return found


def rows_of(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    """All rows of an answer."""
    return list(ask(connection, sql)[1])


PARTS = {"replica": replica, "page": page_of, "charts": charts_by_cpu}


if __name__ == "__main__":
    main()
