"""An account, its replica, and the real commands that run on it in processes that can be killed."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.places import reading
from freshdesk_assets_tests.programs import begun, line
from freshdesk_assets_tests.replica.account import by_default
from freshdesk_assets_tests.replica.children import child_differences
from freshdesk_assets_tests.replica.least import listed_groups
from freshdesk_assets_tests.replica.truth import differences, surplus, wrongly_marked

START = datetime(2026, 10, 7, 9, tzinfo=UTC)
"""When an account's first sync begins, by all clocks: a seed makes the same on every day."""

GROUPS = "group_agent_roles"

TABLES_ALONE = ("--select", "kind:freshdesk")
"""A third of the time, where nothing is needed of what is made of the tables."""


class Forks:
    """Runs commands in forks of a process that has loaded Dagster; loading it takes three seconds of CPU."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        answer = line(self._program)
        assert answer, "the process that forks commands has ended"
        given: dict[str, Any] = json.loads(answer)
        return given


@contextmanager
def forks() -> Iterator[Forks]:
    """A process to fork commands from."""
    with begun("fork_commands") as program:
        yield Forks(program)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended.

    - code: the exit code, or the number of the signal that ended it, negative.
    - cpu: seconds.
    - peak: the most memory it held, in MB.
    """

    code: int
    output: str
    cpu: float
    peak: float


@dataclass(slots=True, kw_only=True)
class Command:
    """A command under way."""

    process: int
    log: Path
    forks: Forks

    def send(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.process, number)

    def end(self) -> Ended:
        """Wait for its end."""
        answer = self.forks.ask(wait=self.process)
        return Ended(
            code=answer["code"],
            cpu=answer["cpu"],
            peak=answer["peak"] / 1000,
            output=self.log.read_text(encoding="utf-8", errors="replace"),
        )


@dataclass(slots=True, kw_only=True)
class Site:
    """A simulated account and the folder of its replica."""

    world: World
    server: Server
    folder: Path
    forks: Forks
    traveller: time_machine.Traveller
    since: datetime
    at_call: Callable[[int], None] | None = None
    """Called with the number of each call, from 1, before it is answered."""
    calls: int = 0
    commands: int = 0
    cpu: float = 0.0
    patience: int | None = None
    """Seconds that a command may take, if it may take long."""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The replica."""
        return self.folder / "replica.duckdb"

    @property
    def home(self) -> Path:
        """Where runs are recorded."""
        return self.folder / "home"

    def begin(
        self,
        *arguments: str,
        skew: timedelta = timedelta(0),
        largest: int | None = None,
        settings: Mapping[str, str] | None = None,
        patience: int | None = None,
    ) -> Command:
        """Begin a command.

        - skew: how far its clock is ahead of the account's.
        - largest: the bytes that no file can exceed.
        - settings: variables of its environment beside the site's.
        - patience: seconds after which it is ended.
        """
        self.commands += 1
        self.calls = 0
        log = self.folder / f"command_{self.commands}.log"
        answer = self.forks.ask(
            run=arguments,
            environment={**self.environment, **(settings or {})},
            folder=str(self.folder),
            log=str(log),
            now=(datetime.now(UTC) + skew).timestamp(),
            largest=largest,
            patience=patience or self.patience,
        )
        return Command(process=answer["process"], log=log, forks=self.forks)

    def run(self, *arguments: str, **options: Any) -> Ended:
        """Run a command to its end."""
        return self.ended(self.begin(*arguments, **options))

    def ended(self, command: Command) -> Ended:
        """Wait for a command's end, and count its CPU."""
        ended = command.end()
        self.cpu += ended.cpu
        return ended

    def run_and_signal(self, number: int, at: int, *arguments: str, **options: Any) -> Ended:
        """Run a command that gets a signal when it makes its nth call, before that is answered."""
        begun: list[Command] = []

        def strike(call: int) -> None:
            if call == at and begun:
                begun[0].send(number)

        self.at_call = strike
        # The answer to the order comes before the fork can have loaded anything, let alone called.
        begun.append(self.begin(*arguments, **options))
        try:
            return self.ended(begun[0])
        finally:
            self.at_call = None

    def pass_time(self, step: timedelta) -> None:
        """Let time pass, here and in the account, without anything happening in it."""
        self.world.clock.advance(step)
        self.keep_time()

    def keep_time(self) -> None:
        """Set our clock to the account's."""
        self.traveller.move_to(self.world.clock.now())

    def count_call(self, _request: object) -> None:
        """Count a call that is about to be answered."""
        self.calls += 1
        if self.at_call is not None:
            self.at_call(self.calls)

    def complaints(self, only: Sequence[str] | None = None, *, whole: bool = True) -> list[str]:
        """Where the replica is not as the account is; `only` these tables, `whole` with their children."""
        catalog = by_default()
        names = [table.name for table in catalog if only is None or table.name in only]
        if GROUPS in names and not listed_groups(self.world) and self._is_empty(GROUPS):
            # As after the file was deleted: lists that cost more than they spare are not begun.
            names.remove(GROUPS)
        # No nightly job runs here: nothing but a sync has looked.
        wrong = differences(self.file, self.world, self.since, only=names, reconciled=False)
        if whole and only is None:
            wrong += child_differences(self.file, self.world, self.since, catalog, reconciled=False)
        # Of what is not listed whole the API shows no deletion: the rows stay as they were last seen.
        listed = [name for name in names if isinstance(catalog[name].sync, FullList)]
        return [str(each) for each in wrong] + [
            f"{name}: {sorted(left)} are taken for existing"
            for name in listed
            if (left := surplus(self.file, self.world, name))
        ]

    def _is_empty(self, table: str) -> bool:
        with reading(self.file, "replica") as connection:
            found = connection.execute(f"select 1 from replica.freshdesk.{table} limit 1").fetchone()
        return found is None

    def wrongly_deleted(self) -> list[str]:
        """Tickets marked as deleted or archived, or not, against the truth; for after a reconciliation."""
        wrong = wrongly_marked(self.file, self.world)
        return (
            [f"tickets: {sorted(wrong)} are wrongly marked as deleted or archived, or not"] if wrong else []
        )


@contextmanager
def site(
    folder: Path,
    forks: Forks,
    *,
    seed: int,
    tickets: int = 40,
    contacts: int = 12,
    agents: int = 5,
    companies: int = 5,
    **switches: Any,
) -> Iterator[Site]:
    """An account of thirty days, not replicated yet."""
    world = World(
        seed=seed, tickets=tickets, now=START, days=30, contacts=contacts, agents=agents, companies=companies
    )
    since = (START - timedelta(days=70)).replace(hour=0)
    with serve(world, **switches) as server, time_machine.travel(START, tick=True) as traveller:
        made = Site(world=world, server=server, folder=folder, forks=forks, traveller=traveller, since=since)
        made.environment = {
            "HOME": str(folder / "user"),
            "TMPDIR": str(folder / "temporary"),
            "DAGSTER_HOME": str(made.home),
            "FRESHDESK_DOMAIN": server.url,
            "FRESHDESK_API_KEY": server.key,
            "FRESHDESK_DUCKDB": str(made.file),
            "FRESHDESK_START_DATE": f"{since:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
            "FRESHDESK_LOCK_WAIT": "5",
        }
        (folder / "temporary").mkdir()
        server.before_request(made.count_call)
        yield made


KILL = signal.SIGKILL
INTERRUPT = signal.SIGINT
