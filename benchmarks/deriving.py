"""What child tables cost: `python -m benchmarks.deriving`.

All of them are cut from a number of tickets, again after a day's change, and again with nothing changed.
Tickets are those of the landing benchmark; each has about three conversations. The bound is DuckDB reading
the parents' columns and writing the children's rows, by one plain query per child without keys, comparison or
ledger.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.payloads import Tickets
from benchmarks.replica import conditions, show
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets.warehouse.shape import ensure_shape, qualified

BATCH = 16_000
CHANGED_PER_DAY = 2_000
CATALOG = declared_tables()


@dataclass(slots=True)
class Stopwatch:
    """Seconds by the clock and of CPU, for each piece of work by its name."""

    lines: list[tuple[str, float, float, str]] = field(default_factory=list)

    @contextmanager
    def time(self, name: str, remark: str = "") -> Iterator[None]:
        """Time a block."""
        clock, cpu = time.perf_counter(), time.process_time()
        yield
        self.lines.append((name, time.perf_counter() - clock, time.process_time() - cpu, remark))


def main() -> None:
    """Land the parents, derive, change what changes in a day, derive again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where there is room: 15 kB a row")
    options = parser.parse_args()
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
        measure(Warehouse(Path(folder) / "replica.duckdb"), Path(folder), options.rows)


def measure(warehouse: Warehouse, folder: Path, rows: int) -> None:
    """Print the time of each derivation."""
    watch = Stopwatch()
    tickets = Tickets()
    parents = CATALOG["tickets"]
    with watch.time("landing the tickets", f"{rows:,} rows"):
        store(warehouse, folder, parents, [tickets.row(number) for number in range(1, rows + 1)])
    every = [(child, CATALOG[child.parent]) for child in CATALOG.children]
    bound_of = [(child, parent) for child, parent in every if parent is parents]
    with watch.time("bound: the tickets' lists, read and written plainly"):
        bound(warehouse, bound_of)
    with watch.time("all child tables, first of all"):
        made = derive_all(warehouse, every)
    changed = [tickets.row(number, later=1) for number in range(1, rows + 1, max(1, rows // CHANGED_PER_DAY))]
    with watch.time("landing a day's change", f"{len(changed):,} tickets"):
        store(warehouse, folder, parents, changed)
    with watch.time("all child tables, a day later"):
        derive_all(warehouse, every)
    with watch.time("all child tables, nothing changed"):
        derive_all(warehouse, every)
    show(
        f"{rows:,} tickets, {made:,} rows in {len(every)} child tables",
        ("what", "seconds", "CPU s", ""),
        watch.lines,
    )


def store(warehouse: Warehouse, folder: Path, table: Table, rows: list[bytes]) -> None:
    """Land rows of a table, batch by batch, as a run does."""
    with Spool(folder / "spool", table) as spool:
        for start in range(0, len(rows), BATCH):
            for page in range(start, min(start + BATCH, len(rows)), 100):
                spool.add(Page(listing="all", rows=tuple(rows[page : min(page + 100, start + BATCH)])))
            batch = spool.take()
            with warehouse.open(checkpoint=False) as connection:
                land(connection, batch, datetime.now(UTC))
            for file in batch.files:
                file.path.unlink()


def derive_all(warehouse: Warehouse, every: list[tuple[Child, Table]]) -> int:
    """Derive each child in a transaction of its own, as a run does; returns the number of all rows."""
    total = 0
    for child, parent in every:
        with warehouse.open() as connection:
            total += derive(connection, child, parent).rows
    return total


def bound(warehouse: Warehouse, every: list[tuple[Child, Table]]) -> None:
    """The bound: write the lists' elements to plain tables, and drop these."""
    with warehouse.open() as connection:
        for child, parent in every:
            ensure_shape(connection, parent, comments=False)
            plain(connection, child, parent)


def plain(connection: duckdb.DuckDBPyConnection, child: Child, parent: Table) -> None:
    """One child by the shortest query, for the bound."""
    for source in child.sources:
        listed = f"json_keys({source})" if parent.column(source).type == "JSON" else source
        connection.execute(
            f"create or replace temp table plain as select id, unnest({listed}) from {qualified(parent.name)}"
        )


if __name__ == "__main__":
    main()
