"""From what a run has read and made to how far it is as a whole, and how long it will still take."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.schema.table import Table

INTERVAL = 10.0
"""Seconds between two lines in a log."""

GLANCE = 0.2
"""Seconds between two changes of a bar in a terminal."""

KNOWN = 0.1
"""The share from which on what a table took says what it will take."""

STEP_SECONDS = 0.1
"""What making a child table, a view or a check takes, until it is measured (a small account: 105 in 9 s)."""

Watcher = Callable[[str, float, timedelta | None, str | None], None]
"""Shows what is done now, the share of the run that is done, the time that is left, if known, and what of it
the log says too, if anything."""


@dataclass(slots=True, kw_only=True)
class Course:
    """How far a run is.

    - `say`: takes a line every `INTERVAL` seconds, for the log.
    - `watchers`: are shown the same, more often.
    - `tables`: names of the tables that are yet to be begun; `asking` are the steps of all tables.
    - `steps`: how many steps follow the tables.
    """

    say: Callable[[str], None]
    watchers: Collection[Watcher] = ()
    tables: set[str] = field(default_factory=set)
    asking: Collection[str] = ()
    steps: int = 0
    clock: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _spoken: float = field(init=False)
    _shown: float = 0.0
    _reached: float = 0.0
    """The largest share that was told: an estimate that grows takes nothing back that is done."""
    _client: Client | None = None
    _reading: str | None = None
    _rows: dict[str, float] = field(default_factory=dict)
    """By table: its rows, as far as they are read or can be expected."""
    _asks: dict[str, str] = field(default_factory=dict)
    """By table that is read per row of another: the other."""
    _left: float = 0.0
    """Credits that the table under way will still take."""
    _expected: float = 0.0
    """Rows that the table under way is asked for, as far as that was known before."""
    _making: bool = False
    _made: int = 0
    _making_since: float = 0.0
    _of: int = field(init=False)
    _of_steps: int = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._spoken = self.clock()
        self._of, self._of_steps = len(self.tables), self.steps

    def begin(self, table: Table, client: Client, parents: dict[str, str]) -> None:
        """Begin a table; `parents` names the table whose rows another is read for."""
        self._client, self._asks = client, parents
        self._reading, self._left, self._making = table.name, 1.0, False
        self._expected = self._rows.get(parents.get(table.name, ""), 0.0)
        self.tables.discard(table.name)

    def read(self, rows: int, share: float | None, spent: int, *, listed: bool = False) -> None:
        """Note what is read of the table under way: rows, the share of it, and the credits it took.

        `listed`: these are all its rows, and the share is that of the calls for each.
        """
        if self._reading is None:
            return
        self._rows[self._reading] = rows / share if share and not listed else rows
        if self._expected and (share or 0.0) < KNOWN:
            # Calls under way are spent and not read yet: of a small share they make too much.
            self._left = self._expected * (1 - (share or 0.0))
        else:
            self._left = spent * (1 - share) / share if share else 1.0

    def end(self) -> None:
        """The table under way is read."""
        self._reading, self._left = None, 0.0

    def follows(self, step: str) -> bool:
        """Whether a step reads no table, but follows those that do."""
        return step not in self.asking

    def begin_part(self) -> None:
        """Begin steps that follow tables."""
        self._making, self._made, self._making_since = True, 0, self.clock()

    def make(self, step: str) -> None:
        """Begin one of them, and tell of it."""
        if not self.steps:
            # What follows unselected tables, and the copy, was not counted among the run's own.
            self.steps, self._of_steps = 1, self._of_steps + 1
        done = self._of_steps - self.steps + 1
        what = f"{done} of {self._of_steps} steps that follow the tables: {step.replace('__', '.')}"
        self.tell(lambda: what)
        self._made += 1
        self.steps -= 1

    def tell(self, line: Callable[[], str]) -> None:
        """Show what is done, and say it, if it is time to."""
        now = self.clock()
        due = now - self._spoken >= INTERVAL
        if not due and (not self.watchers or now - self._shown < GLANCE):
            return
        self._shown = now
        left = self.left
        guessed = self._making and not self._made
        if left is not None and not guessed and (elapsed := now - self._began) + left > 0:
            self._reached = max(self._reached, elapsed / (elapsed + left))
        share = self._reached
        shown = None if left is None else timedelta(seconds=round(left))
        said = line()
        whole = f"the run: {share:.0%}, about {shown} left" if shown is not None else self._place
        logged = f"{said}; {whole}" if due else None
        for watcher in self.watchers:
            watcher(said, share, shown, logged)
        if logged is not None:
            self._spoken = now
            self.say(logged)

    @property
    def _place(self) -> str:
        """Which of the tables is under way."""
        return f"the run: table {self._of - len(self.tables)} of {self._of}"

    @property
    def left(self) -> float | None:
        """Seconds that the run will still take.

        It is None as long as nobody knows for how many rows another table will be asked: a first sync knows
        when it reads the tickets. Credits go at the pace so far, but not faster than the limit allows: a
        burst does not last.
        """
        if self._making and not self.tables:
            each = (self.clock() - self._making_since) / self._made if self._made else STEP_SECONDS
            return self.steps * each
        unknown = any(self._asks.get(name) in self.tables for name in self.tables)
        if unknown or self._client is None or not self._client.limiter.rate:
            return None
        elapsed = max(1.0, self.clock() - self._began)
        pace = min(self._client.limiter.rate / 60, max(1, self._client.tally.credits) / elapsed)
        return self._credits_left() / pace + self.steps * STEP_SECONDS

    def _credits_left(self) -> float:
        """One for each table that is yet to be begun, or one for each row that it is read for."""
        return self._left + sum(
            max(1.0, self._rows.get(self._asks.get(name, ""), 1.0)) for name in self.tables
        )


def parents_of(tables: Collection[Table]) -> dict[str, str]:
    """By table that is read per row of another: the other."""
    return {table.name: table.branches[0].parent for table in tables if table.branches}
