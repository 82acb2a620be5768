"""What histories cost: `python -m benchmarks.history`.

Measured are landing tickets with a history and without, landing 10,000 changed ones, and making a history of
a table that had none. Tickets are those of the landing benchmark. A changed ticket has another type, which is
a new state. Every part runs in a process of its own.

At last the tickets of a simulated account are landed once a day for two weeks, with the times that metrics
are made of among the tracked columns and without them: how many states and bytes those times add.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.deriving import BATCH, store
from benchmarks.payloads import Tickets
from benchmarks.replica import DAY, conditions, show
from benchmarks.timing import peak
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.table import Table
from freshdesk_assets.simulator.payloads import ticket_in_list
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.checks import check_current, check_key, check_spans
from freshdesk_assets.warehouse.derived.histories import record_states, state_counts
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.sql import literal

CHANGED = 10_000
TICKETS = declared_tables()["tickets"]
WITHOUT = replace(TICKETS, history=())
TIMES = {"due_by", "fr_due_by", "nr_due_by", "first_responded_at", "resolved_at", "reopened_at"}
"""Tracked because metrics are made of them."""
DAYS = 14
SIMULATED = 5_000

TYPE = re.compile(rb'"type":(null|"[^"]*")')

Measured = dict[str, float]


def main() -> None:
    """All parts, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where there is room: 6 kB a row")
    parser.add_argument("--part", choices=sorted(PARTS), help="run one part, in this process")
    options = parser.parse_args()
    if options.part:
        measured = PARTS[options.part](Warehouse(options.folder / "replica.duckdb"), options.rows)
        print(json.dumps(measured | {"peak": peak()}))
        return
    print(conditions())
    lines = []
    for each in ("with", "without"):
        with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
            names = [f"land {each}", f"change {each}", *(["check"] if each == "with" else ["make"])]
            for name in names:
                found = part(name, Path(folder), options.rows)
                lines.append((name, found["seconds"], found["cpu"], found["peak"], found["states"]))
    show(f"{options.rows:,} tickets", ("", "seconds", "CPU s", "peak MB", "states"), lines)
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
        times(Path(folder))


def part(name: str, folder: Path, rows: int) -> Measured:
    """Run a part in a process of its own; returns what it measured."""
    asked = ["--part", name, "--rows", str(rows), "--folder", str(folder)]
    command = [sys.executable, "-m", "benchmarks.history", *asked]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    measured: Measured = json.loads(said)
    return measured


def land(warehouse: Warehouse, rows: int, *, with_history: bool) -> Measured:
    """Land all tickets, batch by batch."""
    return landed(warehouse, range(rows), 0, with_history=with_history)


def change(warehouse: Warehouse, rows: int, *, with_history: bool) -> Measured:
    """Land some of them with another type."""
    return landed(warehouse, range(0, rows, max(1, rows // CHANGED)), 1, with_history=with_history)


def landed(warehouse: Warehouse, numbers: range, later: int, *, with_history: bool) -> Measured:
    """Land the tickets of these numbers; returns seconds, those for making them not included."""
    table, tickets = (TICKETS if with_history else WITHOUT), Tickets()
    spent = {"seconds": 0.0, "cpu": 0.0}
    for start in range(0, len(numbers), BATCH):
        rows = [tickets.row(number, later) for number in numbers[start : start + BATCH]]
        if later:
            rows = [TYPE.sub(b'"type":"Changed"', row, count=1) for row in rows]
        done = timed(lambda rows=rows: store(warehouse, warehouse.path.parent, table, rows))  # type: ignore[misc]
        spent = {name: spent[name] + done[name] for name in spent}
    return spent | {"states": states(warehouse) if with_history else 0}


def make(warehouse: Warehouse, _rows: int) -> Measured:
    """Make the history of a table that had none, as after an upgrade."""

    def run() -> None:
        with warehouse.open() as connection:
            record_states(connection, TICKETS)

    return timed(run) | {"states": states(warehouse)}


def check(warehouse: Warehouse, _rows: int) -> Measured:
    """Run the three checks of a history."""

    def run() -> None:
        with warehouse.open() as connection:
            for each in (check_key, check_spans, check_current):
                if each(connection, History(TICKETS)).count:
                    raise RuntimeError(f"{each.__name__} found something")

    return timed(run) | {"states": states(warehouse)}


def times(folder: Path) -> None:
    """Land an account's tickets day by day, with the times tracked and without; print what they add."""
    world = World(seed=1, tickets=SIMULATED, now=datetime.now(UTC) - DAYS * DAY)
    kept = tuple(name for name in TICKETS.history if name not in TIMES)
    variants = {"with the times": TICKETS, "without": replace(TICKETS, history=kept)}
    warehouses = {name: Warehouse(folder / f"{name.replace(' ', '_')}.duckdb") for name in variants}
    before: dict[str, tuple[int, int]] = {}
    spent = dict.fromkeys(variants, 0.0)
    for day in range(DAYS + 1):
        if day:
            world.day_of_changes()
        rows = [
            json.dumps(ticket_in_list(world, ticket, ("stats",), deleted_key=True)).encode()
            for ticket in world.tickets.values()
            if ticket.shelf == "live"
        ]
        for name, table in variants.items():
            spent[name] += timed(partial(store, warehouses[name], folder, table, rows))["cpu"]
            if not day:
                before[name] = size(warehouses[name], table)
    lines = []
    for name, table in variants.items():
        count, held = size(warehouses[name], table)
        lines.append((name, before[name][0], count - before[name][0], held / 1000, held / count, spent[name]))
    show(
        f"{DAYS} days of {SIMULATED:,} tickets, a sync a day",
        ("", "states at first", "added", "kB in all", "bytes a state", "CPU s"),
        lines,
    )


def size(warehouse: Warehouse, table: Table) -> tuple[int, int]:
    """The number of states, and the bytes of a Parquet file of them: a DuckDB file grows by blocks."""
    file = warehouse.path.with_suffix(".parquet")
    with warehouse.open() as connection:
        history = History(table)
        connection.execute(f"copy freshdesk.{history.name} to {literal(str(file))}")
        return state_counts(connection, history)[0], file.stat().st_size


def states(warehouse: Warehouse) -> int:
    """The number of states."""
    with warehouse.open() as connection:
        return state_counts(connection, History(TICKETS))[0]


def timed(act: Callable[[], object]) -> Measured:
    """The seconds and the CPU that an act took."""
    began, cpu = time.perf_counter(), time.process_time()
    act()
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


PARTS: dict[str, Callable[[Warehouse, int], Measured]] = {
    "land with": lambda warehouse, rows: land(warehouse, rows, with_history=True),
    "land without": lambda warehouse, rows: land(warehouse, rows, with_history=False),
    "change with": lambda warehouse, rows: change(warehouse, rows, with_history=True),
    "change without": lambda warehouse, rows: change(warehouse, rows, with_history=False),
    "check": check,
    "make": make,
}


if __name__ == "__main__":
    main()
