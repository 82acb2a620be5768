"""A simulated account and the real command line that replicates it, in a folder that is thrown away."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World

DAY = timedelta(days=1)
CREATED_DAYS = 42
"""How far back the account's tickets were created; the replica begins before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """An account being served, and the folder of its replica."""

    server: Server
    folder: Path
    start: datetime

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / "replica.duckdb"

    @property
    def dagster_home(self) -> Path:
        """Where the runs are recorded."""
        return self.folder / "dagster_home"

    def sync(self) -> float:
        """Run `freshdesk-assets sync` in a process of its own; the seconds it took."""
        began = time.monotonic()
        self.command("sync")
        return time.monotonic() - began

    def command(self, name: str) -> str:
        """Run a command of `freshdesk-assets` and return what it printed."""
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(self.dagster_home),
            "FRESHDESK_DOMAIN": self.server.url,
            "FRESHDESK_API_KEY": self.server.key,
            "FRESHDESK_DUCKDB": str(self.file),
            "FRESHDESK_START_DATE": f"{self.start:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
        }
        ended = subprocess.run(
            [sys.executable, "-m", "freshdesk_assets.cli", name],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{name} failed:\n{ended.stdout[-6000:]}")
        return ended.stdout


@contextmanager
def replica(*, tickets: int, plan: str, latency_ms: float = 0.0, days_behind: int = 0) -> Iterator[Replica]:
    """An account of so many tickets whose clock is `days_behind` ours, so that days can pass in it."""
    now = datetime.now(UTC)
    world = World(seed=1, tickets=tickets, days=CREATED_DAYS, now=now - days_behind * DAY, ticking=True)
    start = (now - (days_behind + CREATED_DAYS + 1) * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    with (
        tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder,
        serve(world, plan=plan, latency_ms=latency_ms) as server,
    ):
        yield Replica(server=server, folder=Path(folder), start=start)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table, numbers to the right."""
    cells = [list(head), *([shown(value) for value in row] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    print(f"\n{title}\n")
    for line in (cells[0], rule, *cells[1:]):
        first, *rest = zip(line, widths, strict=True)
        print(
            "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]) + " |"
        )
    sys.stdout.flush()


def shown(value: object) -> str:
    """A value as a cell."""
    match value:
        case None:
            return ""
        case float():
            return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def conditions() -> str:
    """What else may explain a time: cores, and how busy they were."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
