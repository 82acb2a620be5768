"""How fast rows get into DuckDB beside `read_json` alone: `python -m benchmarks.landing`.

Pages of a hundred tickets go through the real `Replication`: spooled, and landed in its batches. The bound
is DuckDB reading the same rows from one file into a table of the same types, and nothing else. Every part
runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.payloads import Tickets
from benchmarks.replica import conditions, show
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import EPOCH, Reader
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.scope import Reading, ReadScope
from freshdesk_assets.replication.spending import Spending
from freshdesk_assets.replication.table import Replication
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Keyset, Listing, Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.file import ROW_GROUP_SIZE, Warehouse
from freshdesk_assets.warehouse.landing.fitting import payload_tree
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool

PER_PAGE = 100
CHANGED = 10_000
"""Rows of the upsert, spread over the table."""

Measured = dict[str, float]


def main() -> None:
    """All parts for each size, each part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--folder", type=Path, help="where there is room: 25 kB a row; a temporary one if not given"
    )
    parser.add_argument("--part", choices=sorted(PARTS), help="run one part, in this process")
    options = parser.parse_args()
    if options.part:
        (rows,) = options.rows
        print(json.dumps(PARTS[options.part](options.folder, rows) | {"peak": peak()}))
        return
    print(conditions())
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
            measure(Path(folder), rows)


def measure(folder: Path, rows: int) -> None:
    """Print what landing so many rows takes, and an upsert into them, beside their bounds."""
    if shutil.disk_usage(folder).free < rows * 25_000:
        print(f"\n{rows:,} tickets: left out, the disk has less than {rows * 25_000 / 1e9:.0f} GB free")
        return
    size = part("write", folder, rows)["bytes"]
    parsed = part("parse", folder, rows)
    bound = part("read_json", folder, rows)
    landed = part("land", folder, rows)
    lines: list[tuple[object, ...]] = [
        (
            name,
            rows / each["seconds"],
            each["cpu"] / rows * 1e6,
            each["peak"],
            each.get("file"),
            *share(bound, each),
        )
        for name, each in (("parse alone", parsed), ("read_json alone", bound), ("spool and land", landed))
    ]
    lines += [
        ("  spool", rows / landed["spooling"], None, None, None, None, None),
        ("  land", rows / landed["landing"], None, None, None, None, None),
    ]
    title = f"{rows:,} tickets of {size / rows / 1000:.1f} kB"
    show(title, ("", "rows/s", "CPU µs/row", "peak MB", "file MB", "of read_json", "by CPU"), lines)
    if rows > CHANGED:
        landed, bound = part("upsert", folder, rows), part("bare_upsert", folder, rows)
        lines = [
            (name, each["seconds"], each["cpu"], each["peak"], *share(bound, each))
            for name, each in (("read_json, delete, insert", bound), ("spool and land", landed))
        ]
        title = f"{CHANGED:,} changed of them"
        show(title, ("", "seconds", "CPU s", "peak MB", "of the bound", "by CPU"), lines)


def share(bound: Measured, measured: Measured) -> tuple[float, float]:
    """The speed as a share of the bound's, by the clock and by CPU, which tells it on a busy machine too."""
    return bound["seconds"] / measured["seconds"], bound["cpu"] / measured["cpu"]


def part(name: str, folder: Path, rows: int) -> Measured:
    """What a part measured, in a process of its own."""
    asked = ["--part", name, "--rows", str(rows), "--folder", str(folder)]
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.landing", *asked], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    measured: Measured = json.loads(said)
    return measured


def write(folder: Path, rows: int) -> Measured:
    """The rows as one file, for the bounds."""
    tickets = Tickets()
    with (folder / "rows.ndjson").open("wb") as out:
        out.writelines(tickets.row(number) + b"\n" for number in range(rows))
    return {"bytes": (folder / "rows.ndjson").stat().st_size}


def parse(folder: Path, _rows: int) -> Measured:
    """Every value of every row read and typed, and thrown away."""
    return timed(
        lambda: duckdb.execute(f"select count(columns(*)) from {source(folder / 'rows.ndjson')}").fetchall()
    )


def read_json(folder: Path, _rows: int) -> Measured:
    """A table of the rows in a new file, under DuckDB's own settings."""
    path = folder / "bound.duckdb"
    with duckdb.connect(str(path)) as connection:
        measured = timed(
            lambda: connection.execute(f"create table tickets as from {source(folder / 'rows.ndjson')}"),
            connection.close,
        )
    size = path.stat().st_size / 1e6
    path.unlink()
    return measured | {"file": size}


def land_rows(folder: Path, rows: int) -> Measured:
    """The rows through the spool and into the replica, as a sync lands them."""
    return replicated(folder, range(rows), later=0)


def upsert(folder: Path, rows: int) -> Measured:
    """Some of the rows again, changed."""
    return replicated(folder, range(0, rows, rows // CHANGED), later=1)


def bare_upsert(folder: Path, rows: int) -> Measured:
    """The same rows, changed again, by the three statements it takes."""
    tickets, changed = Tickets(), folder / "changed.ndjson"
    changed.write_bytes(
        b"".join(tickets.row(number, 2) + b"\n" for number in range(0, rows, rows // CHANGED))
    )
    table = declared_tables()["tickets"]
    values = ", ".join(f"{'.'.join(column.steps)} as {column.name}" for column in table.columns)
    with duckdb.connect() as connection:
        # Without vacuum, which would put the cost of compressing other rows again into the bound.
        connection.execute("set max_vacuum_tasks = 0")
        connection.execute(f"attach '{folder / 'replica.duckdb'}' as r (row_group_size {ROW_GROUP_SIZE})")
        connection.execute("use r")

        def run() -> None:
            connection.execute(f"create temp table changed as select {values} from {source(changed)}")
            connection.execute("begin")
            connection.execute("delete from freshdesk.tickets where id in (select id from changed)")
            connection.execute("insert into freshdesk.tickets by name from changed")
            connection.execute("commit")

        return timed(run, connection.close)


PARTS: dict[str, Callable[[Path, int], Measured]] = {
    "write": write,
    "parse": parse,
    "read_json": read_json,
    "land": land_rows,
    "upsert": upsert,
    "bare_upsert": bare_upsert,
}


@dataclass(slots=True)
class Canned(Reader):
    """A reader whose pages are ready: what is timed is what comes after the reply."""

    numbers: Iterable[int] = ()
    later: int = 0
    making: float = 0.0
    making_cpu: float = 0.0
    _tickets: Tickets = field(default_factory=Tickets)

    def read_keyset(
        self,
        table: Table,
        sync: Keyset,  # noqa: ARG002 (the real reader's signature)
        listing: Listing,
        start: datetime,
        end: datetime | None,
        *,
        plain: bool = False,  # noqa: ARG002
    ) -> Iterator[Page]:
        """Pages of the asked-for rows, under the first listing."""
        numbers = iter(self.numbers if listing is table.listings[0] else ())
        while True:
            began, cpu_before = time.perf_counter(), time.thread_time()
            rows = tuple(self._tickets.row(number, self.later) for number in islice(numbers, PER_PAGE))
            page = Page(
                listing=listing.name, rows=rows, defaults=listing.defaults, covered_from=start, covered_to=end
            )
            self.making += time.perf_counter() - began
            self.making_cpu += time.thread_time() - cpu_before
            if not rows:
                return
            yield page


class TimedSpool(Spool):
    """A spool that knows how long adding took."""

    spent = 0.0

    def add(self, page: Page) -> None:
        """Add, on the clock."""
        began = time.perf_counter()
        super().add(page)
        self.spent += time.perf_counter() - began


def replicated(folder: Path, numbers: range, later: int) -> Measured:
    """Replicate the rows of these numbers; seconds without the making of the rows."""
    catalog = declared_tables()
    table = catalog["tickets"]
    warehouse = Warehouse(folder / "replica.duckdb")
    with (
        Client(domain="http://127.0.0.1:1", api_key="none") as client,
        TimedSpool(folder / "spool", table) as spool,
    ):
        reader = Canned(client, numbers=numbers, later=later)
        extent = ReadScope(
            table=table,
            catalog=catalog,
            warehouse=warehouse,
            start=EPOCH,
            end=datetime.now(UTC),
            since=EPOCH,
            reading=Reading.AGAIN,
            requested_at=datetime.now(UTC),
        )
        replication = Replication(
            scope=extent,
            reader=reader,
            spool=spool,
            progress=Progress("tickets", client, lambda _: None, interval=math.inf),
            spending=Spending(client=client, table="tickets"),
            allowance=Allowance(client.tally, 0),
        )

        def run() -> None:
            batch = replication.run()
            with warehouse.open() as connection:
                landed = batch.landed + land(connection, batch, datetime.now(UTC))
            if landed.inserted + landed.updated != len(numbers):
                raise RuntimeError(f"landed {landed} of {len(numbers)} rows")

        measured = timed(run)
    seconds, cpu = measured["seconds"] - reader.making, measured["cpu"] - reader.making_cpu
    return {
        "seconds": seconds,
        "cpu": cpu,
        "spooling": spool.spent,
        "landing": seconds - spool.spent,
        "file": warehouse.path.stat().st_size / 1e6,
    }


def source(path: Path) -> str:
    """The rows of a file in the declared types, as SQL."""
    columns = ", ".join(
        f"'{key}': '{payload_type(branch)}'"
        for key, branch in payload_tree(declared_tables()["tickets"]).items()
    )
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def payload_type(branch: Any) -> str:
    """DuckDB's type of a declared key of the payload."""
    if isinstance(branch, Column):
        return str(branch.type)
    return f"STRUCT({', '.join(f'{key} {payload_type(inner)}' for key, inner in branch.items())})"


def timed(*acts: Callable[[], object]) -> Measured:
    """The seconds and the CPU that the acts took together."""
    began, cpu = time.perf_counter(), time.process_time()
    for act in acts:
        act()
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
