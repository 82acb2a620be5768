"""What schema metrics costs: `python -m benchmarks.metrics`.

Its kept tables are made of nothing, after a day in which a hundredth of the tickets changed, and with nothing
changed. Its plain views are read whole, and asked what a page asks. Tickets are generated. Every part runs in
a process of its own, with `FRESHDESK_MEMORY` as `--memory` says. The bound is DuckDB reading the tables that
the kept ones are made of, and writing the kept ones from copies of them: what cannot be saved.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.generated import CATALOG, fill, pass_a_day
from benchmarks.replica import conditions, show
from benchmarks.timing import peak, timed
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.kept import keep
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.sql import number

VIEWS = declared_views()
NAMED = {view.id: view for view in VIEWS}
METRICS = [view for view in VIEWS if view.schema == "metrics"]
KEPT = [view for view in METRICS if view.kept]
READ = ("tickets", "tickets_history", "conversations")
CHANGED = 100
"""A day changes every hundredth ticket."""

QUERIES = {
    "backlog_daily, 90 days": "metrics.backlog_daily where day >= (select today - 90 from metrics.clock)",
    "group_daily, 90 days": "metrics.group_daily where day >= (select today - 90 from metrics.clock)",
    "volume_daily, 90 days": "metrics.volume_daily where day >= (select today - 90 from metrics.clock)",
    "sla_events, a group's that run": (
        "metrics.sla_events where group_id = 3 and state in ('running', 'running_late')"
    ),
    "ticket_metrics, open tickets": "metrics.ticket_metrics where not is_solved",
    "ticket_metrics, one ticket": "metrics.ticket_metrics where ticket_id = 4711",
}
"""What a page reads. The bound of each would be its answer."""

LARGE = ("metrics.ticket_fields_daily",)
"""A row per ticket and day: nobody reads it whole."""


@dataclass(slots=True)
class Part:
    """What a part took: (what, seconds, CPU, rows), and the most memory of its process."""

    lines: list[tuple[str, float, float, int | None]] = field(default_factory=list)
    peak: float = 0.0

    def time(self, what: str, act: Callable[[], int | None]) -> None:
        """Time an act that returns a number of rows."""
        rows: list[int | None] = []
        took = timed(lambda: rows.append(act()))
        self.lines.append((what, took["seconds"], took["cpu"], rows[0]))

    def total(self, what: str) -> None:
        """Add a line of all before it."""
        seconds, cpu = sum(line[1] for line in self.lines), sum(line[2] for line in self.lines)
        self.lines.append((what, seconds, cpu, None))


def main() -> None:
    """All parts, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--memory", default="512 MB")
    parser.add_argument("--folder", type=Path, help="where there is room: 4 kB a ticket")
    parser.add_argument("--part", choices=sorted(PARTS), help="run one part, in this process")
    options = parser.parse_args()
    if options.part:
        warehouse = Warehouse(options.folder / "replica.duckdb", memory_limit=options.memory.replace(" ", ""))
        part = Part()
        PARTS[options.part](part, warehouse, options.tickets)
        part.peak = peak()
        print(json.dumps(asdict(part)))
        return
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-", dir=options.folder) as folder:
        for name in PARTS:
            found = run(name, Path(folder), options.tickets, options.memory)
            show(
                f"{options.tickets:,} tickets: {name}, at most {found.peak:,.0f} MB",
                ("", "seconds", "CPU s", "rows"),
                found.lines,
            )


def run(name: str, folder: Path, tickets: int, memory: str) -> Part:
    """Run a part in a process of its own."""
    asked = ["--part", name, "--tickets", str(tickets), "--folder", str(folder), "--memory", memory]
    command = [sys.executable, "-m", "benchmarks.metrics", *asked]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Part(**json.loads(said))


def filling(part: Part, warehouse: Warehouse, tickets: int) -> None:
    """Generate the tickets."""

    def act() -> int:
        with warehouse.open() as connection:
            fill(connection, tickets)
            # Plain views are created, and the rows of the kept ones made, by the part after this.
            return number(connection, "select count(*) from freshdesk.tickets_history")

    part.time("generating, states", act)


def deriving(part: Part, warehouse: Warehouse, _tickets: int) -> None:
    """Bring the kept tables up to date, in one transaction, as a run does."""

    def act() -> None:
        with warehouse.open() as connection:
            if not number(connection, "select count(*) from duckdb_views() where schema_name = 'relations'"):
                create(connection)
            for view in KEPT:
                part.time(view.name, partial(kept, connection, view))

    part.time("all, with the file written", act)


def create(connection: Connection) -> None:
    """Create the plain views below and above the kept tables, which begin as views."""
    for view in VIEWS:
        connection.execute(f"create schema if not exists replica.{view.schema}")
        if view.family is None:
            connection.execute(f'create or replace view replica.{view.schema}."{view.name}" as {view.sql}')


def kept(connection: Connection, view: SqlView) -> int:
    """Bring the table of a kept view up to date; returns its rows."""
    keep(connection, view, NAMED, CATALOG, None)
    return number(connection, f"select count(*) from metrics.{view.name}")


def changing(part: Part, warehouse: Warehouse, _tickets: int) -> None:
    """Let a day pass, and bring the kept tables up to date."""

    def act() -> int:
        with warehouse.open() as connection:
            return pass_a_day(connection, CHANGED)

    part.time("tickets changed", act)
    part.lines.clear()
    deriving(part, warehouse, 0)


def bounding(part: Part, warehouse: Warehouse, _tickets: int) -> None:
    """Read what the tables are made of, and write their rows again."""
    with warehouse.open() as connection:
        for name in READ:
            part.time(
                f"reading {name}",
                partial(number, connection, f"select count(*) from freshdesk.{name} t where hash(t) = 0"),
            )
        for view in KEPT:
            part.time(
                f"writing {view.name}",
                partial(
                    number,
                    connection,
                    f"create or replace table replica.main.copied as from metrics.{view.name}",
                ),
            )
        part.total("bound")
        connection.execute("drop table replica.main.copied")


def reading(part: Part, warehouse: Warehouse, tickets: int) -> None:
    """Ask what a page asks, and read each plain view whole."""
    with warehouse.open() as connection:
        for name, asked in QUERIES.items():
            part.time(name, partial(rows_of, connection, asked))
        for view in METRICS if tickets <= 200_000 else ():
            name = ".".join(view.id)
            if not view.kept and name not in LARGE:
                part.time(f"{view.name}, whole", partial(rows_of, connection, name))


def rows_of(connection: Connection, asked: str) -> int:
    """Make every column of the rows, and count them."""
    return number(
        connection, f"select count(*) from (select hash(t) as h from (from {asked}) t) where h is not null"
    )


def ensuring(part: Part, warehouse: Warehouse, _tickets: int) -> None:
    """Everything that a run does for views when nothing changed."""

    def act() -> None:
        with warehouse.open() as connection:
            ensure_views(connection, VIEWS, CATALOG)

    part.time("all views, made once by a run", act)
    part.time("all views, nothing changed", act)


PARTS: dict[str, Callable[[Part, Warehouse, int], None]] = {
    "generated": filling,
    "of nothing": deriving,
    "again, nothing changed": deriving,
    "bound": bounding,
    "read": reading,
    "a day later": changing,
    "all views": ensuring,
}


if __name__ == "__main__":
    main()
