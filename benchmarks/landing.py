"""How fast rows are landed, beside `read_json` alone: `python -m benchmarks.landing`.

Pages of a hundred tickets go through the real `Replication`: spooled, and landed in its batches. The bound
is DuckDB reading the same rows from one file into a table of the same types, and nothing else. Every part
runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.canned import replicated
from benchmarks.payloads import Tickets
from benchmarks.replica import conditions, show
from benchmarks.timing import Measured, peak, timed
from freshdesk_assets.schema.column import Column
from freshdesk_assets.schema.payload import payload_tree
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.destinations.duckdb_file import ROW_GROUP_SIZE

CHANGED = 10_000
"""Changed rows, spread over the table."""


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
    """Print the time of landing a number of rows, and of an upsert into them, beside their bounds."""
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
    """The speed as a share of the bound's, by the clock and by CPU, which holds on a busy machine too."""
    return bound["seconds"] / measured["seconds"], bound["cpu"] / measured["cpu"]


def part(name: str, folder: Path, rows: int) -> Measured:
    """Run a part in a process of its own; returns what it measured."""
    asked = ["--part", name, "--rows", str(rows), "--folder", str(folder)]
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.landing", *asked], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    measured: Measured = json.loads(said)
    return measured


def write(folder: Path, rows: int) -> Measured:
    """Write the rows to one file, for the bounds."""
    tickets = Tickets()
    with (folder / "rows.ndjson").open("wb") as out:
        out.writelines(tickets.row(number) + b"\n" for number in range(rows))
    return {"bytes": (folder / "rows.ndjson").stat().st_size}


def parse(folder: Path, _rows: int) -> Measured:
    """Read and type every value, and store nothing."""
    return timed(
        lambda: duckdb.execute(f"select count(columns(*)) from {source(folder / 'rows.ndjson')}").fetchall()
    )


def read_json(folder: Path, _rows: int) -> Measured:
    """Read the rows into a table of a new file, with DuckDB's own settings."""
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
    """Spool the rows and land them in the replica, as a sync does."""
    return replicated(folder, range(rows), later=0)


def upsert(folder: Path, rows: int) -> Measured:
    """Land some of the rows again, changed."""
    return replicated(folder, range(0, rows, rows // CHANGED), later=1)


def bare_upsert(folder: Path, rows: int) -> Measured:
    """Change the same rows again by the three statements that this takes at least."""
    tickets, changed = Tickets(), folder / "changed.ndjson"
    changed.write_bytes(
        b"".join(tickets.row(number, 2) + b"\n" for number in range(0, rows, rows // CHANGED))
    )
    table = declared_tables()["tickets"]
    values = ", ".join(f"{'.'.join(column.steps)} as {column.name}" for column in table.columns)
    with duckdb.connect() as connection:
        # Without vacuum: it compresses other rows again, whose cost is no part of the bound.
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


if __name__ == "__main__":
    main()
