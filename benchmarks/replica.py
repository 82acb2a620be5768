"""A simulated account, and the real command line that replicates it into a temporary folder."""

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

from freshdesk_assets.simulator.replies import RequestInfo
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World

DAY = timedelta(days=1)
CREATED_DAYS = 42
"""The default age in days of the account's oldest tickets; the replica begins a day earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a process took.

    - cpu: user and system time, with that of its children.
    - first_line: seconds from its start to its first line of output; None if there was none.
    - first_call: seconds from its start to the first call of the account; None if there was none.
    - cpu_to_call: its CPU until that call.
    """

    code: int
    output: str
    seconds: float
    cpu: float
    first_line: float | None
    first_call: float | None
    cpu_to_call: float | None


@dataclass(slots=True, kw_only=True)
class Replica:
    """An account being served, and the folder of its replica."""

    server: Server
    folder: Path
    start: datetime
    partitions: str
    _process: int | None = None
    _called: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self.server.before_request(self._note_call)

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / "replica.duckdb"

    @property
    def dagster_home(self) -> Path:
        """Where the runs are recorded."""
        return self.folder / "dagster_home"

    @property
    def environment(self) -> dict[str, str]:
        """An environment with the settings of this replica only."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("DAGSTER_")},
            "DAGSTER_HOME": str(self.dagster_home),
            "FRESHDESK_DOMAIN": self.server.url,
            "FRESHDESK_API_KEY": self.server.key,
            "FRESHDESK_DUCKDB": str(self.file),
            "FRESHDESK_START_DATE": f"{self.start:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": self.partitions,
        }

    def sync(self) -> Ran:
        """Run `freshdesk-assets sync` in a process of its own."""
        return self.command("sync")

    def command(self, *arguments: str, **settings: str) -> Ran:
        """Run a command of `freshdesk-assets`; raises RuntimeError if it fails."""
        ran = self.run("-m", "freshdesk_assets.cli", *arguments, **settings)
        if ran.code:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{ran.output[-6000:]}")
        return ran

    def run(self, *arguments: str, **settings: str) -> Ran:
        """Run Python with the replica's settings, and measure it."""
        self._called = None
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._process = process.pid
        if process.stdout is None:
            raise RuntimeError("no pipe")
        lines, first_line = [], None
        for line in process.stdout:
            first_line = first_line or time.monotonic() - began
            lines.append(line)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return Ran(
            code=process.returncode,
            output="".join(lines),
            seconds=time.monotonic() - began,
            cpu=used.ru_utime + used.ru_stime,
            first_line=first_line,
            first_call=self._called[0] - began if self._called else None,
            cpu_to_call=self._called[1] if self._called else None,
        )

    def _note_call(self, _request: RequestInfo) -> None:
        if self._called is None and self._process is not None:
            self._called = (time.monotonic(), cpu_of(self._process))


@contextmanager
def replica(
    *,
    tickets: int,
    plan: str = "unlimited",
    latency_ms: float = 0.0,
    days_behind: int = 0,
    days: int = CREATED_DAYS,
    partitions: str = "monthly",
) -> Iterator[Replica]:
    """Serve an account and make a folder for its replica.

    - tickets: how many were created in the last `days`; the replica begins a day earlier.
    - days_behind: how far the account's clock is behind ours, so that days can pass in it.
    """
    now = datetime.now(UTC)
    world = World(seed=1, tickets=tickets, days=days, now=now - days_behind * DAY, ticking=True)
    start = (now - (days_behind + days + 1) * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    with (
        tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder,
        serve(world, plan=plan, latency_ms=latency_ms) as server,
    ):
        yield Replica(server=server, folder=Path(folder), start=start, partitions=partitions)


def cpu_of(process: int) -> float:
    """The CPU seconds of a process so far, from /proc; not a number on systems without it."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    """What else influences a time: cores, and how busy they were."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
