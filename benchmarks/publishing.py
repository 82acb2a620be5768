"""What publishing costs beside `cp` and beside COPY FROM DATABASE: `python -m benchmarks.publishing`.

The replica has the tickets of the landing benchmark, after some days of changes. Each way of copying runs in
a process of its own, and ends when its file is on the disk. `cp` is the bound.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.canned import replicated
from benchmarks.landing import CHANGED
from benchmarks.replica import conditions, show
from benchmarks.timing import Measured
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.sql import ALIAS

TICKETS_PER_GB = 360_000
DAYS = 5
"""Days of changes before the copies are made: a replica in use has unused blocks."""


def main() -> None:
    """Make a replica and copy it in every way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, help="where there is room for four times that")
    parser.add_argument("--part", choices=[*PARTS, "replica"], help="run one part, in this process")
    options = parser.parse_args()
    tickets = round(options.gigabytes * TICKETS_PER_GB)
    if options.part == "replica":
        make_replica(options.folder, tickets)
    elif options.part:
        print(json.dumps(PARTS[options.part](options.folder)))
    else:
        print(conditions())
        with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
            started("replica", Path(folder), "--gigabytes", str(options.gigabytes))
            measure(Path(folder), tickets)


def make_replica(folder: Path, tickets: int) -> None:
    """Land a number of tickets, and days of changes."""
    replicated(folder, range(tickets), later=0)
    for day in range(1, DAYS + 1):
        replicated(folder, range(day, tickets, max(1, tickets // CHANGED)), later=day)


def measure(folder: Path, tickets: int) -> None:
    """Print the time of each way of copying."""
    with Warehouse(folder / "replica.duckdb").open() as connection:
        total, free = connection.execute(
            f"select total_blocks, free_blocks from pragma_database_size() where database_name = '{ALIAS}'"
        ).fetchall()[0]
    # The first copy also brings the file into memory: it is not shown.
    part("cp", folder)
    bound = part("cp", folder)
    lines: list[tuple[object, ...]] = []
    for name in PARTS:
        measured = bound if name == "cp" else part(name, folder)
        share = [measured[key] / bound[key] for key in ("seconds", "cpu")]
        lines.append((name, measured["seconds"], measured["cpu"], measured["peak"], measured["mb"], *share))
    size = (folder / "replica.duckdb").stat().st_size / 1e6
    show(
        f"{tickets:,} tickets, {size:,.0f} MB, {DAYS} days of {CHANGED:,} changes, {free / total:.1%} unused",
        ("", "seconds", "CPU s", "peak MB", "copy MB", "of cp", "by CPU"),
        lines,
    )


def part(name: str, folder: Path) -> Measured:
    """Run a way of copying in a process of its own; returns what it took."""
    measured: Measured = json.loads(started(name, folder))
    return measured


def started(name: str, folder: Path, *more: str) -> str:
    """Run a part in a process of its own; returns what it printed."""
    asked = ["--part", name, "--folder", str(folder), *more]
    command = [sys.executable, "-m", "benchmarks.publishing", *asked]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def cp(folder: Path) -> Measured:
    """The bound: the system's own command."""
    return timed(folder, lambda copy: subprocess.run(["cp", folder / "replica.duckdb", copy], check=True))


def copy_from_database(folder: Path) -> Measured:
    """DuckDB's statement alone, with its own settings."""

    def run(copy: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{folder / 'replica.duckdb'}' as r (read_only)")
            connection.execute(f"attach '{copy}' as c")
            connection.execute("copy from database r to c")
            connection.execute("checkpoint c")

    return timed(folder, run)


def by_blocks(folder: Path) -> Measured:
    """What a run of the day does."""
    return timed(folder, lambda copy: publish(Warehouse(folder / "replica.duckdb"), copy))


def compact(folder: Path) -> Measured:
    """What a run of the night does."""
    return timed(folder, lambda copy: publish(Warehouse(folder / "replica.duckdb"), copy, compact=True))


def unchanged(folder: Path) -> Measured:
    """What a run does that brought nothing: the published copy has the same rows."""
    warehouse = Warehouse(folder / "replica.duckdb")
    return timed(folder, lambda copy: publish(warehouse, copy), before=lambda copy: publish(warehouse, copy))


PARTS: dict[str, Callable[[Path], Measured]] = {
    "cp": cp,
    "COPY FROM DATABASE": copy_from_database,
    "publish": by_blocks,
    "publish, compact": compact,
    "publish, nothing new": unchanged,
}


def timed(
    folder: Path, run: Callable[[Path], object], before: Callable[[Path], object] | None = None
) -> Measured:
    """The seconds and the CPU of a copy, with that of child processes; the copy is deleted."""
    away = folder / "copy"
    away.mkdir()
    copy = away / "copy.duckdb"
    if before:
        before(copy)
    began, spent = time.perf_counter(), cpu()
    run(copy)
    handle = os.open(copy, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    measured = {"seconds": time.perf_counter() - began, "cpu": cpu() - spent}
    size = copy.stat().st_size / 1e6
    shutil.rmtree(away)
    return measured | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, "mb": size}


def cpu() -> float:
    """The CPU of this process and of those that it waited for, in seconds."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    main()
