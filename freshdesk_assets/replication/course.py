"""From what a run has read and made to how far it is as a whole, and how long it will still take."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table

INTERVAL = 10.0
"""Seconds between two lines in a log."""

GLANCE = 0.2
"""Seconds between two changes of a bar in a terminal."""

STEP_SECONDS = 0.1
"""What making a child table, a view or a check takes, until it is measured (a small account: 105 in 9 s)."""

Watcher = Callable[[str, float, timedelta | None], None]
"""Shows what is done now, the share of the run that is done, and the time that is left, if known."""


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
    _began: float = field(default_factory=time.monotonic)
    _spoken: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _client: Client | None = None
    _reading: str | None = None
    _rows: dict[str, float] = field(default_factory=dict)
    """By table: its rows, as far as they are read or can be expected."""
    _asks: dict[str, str] = field(default_factory=dict)
    """By table that is read per row of another: the other."""
    _left: float = 0.0
    """Credits that the table under way will still take."""
    _part: int = 0
    """Steps that are made without reading in between; 0 while a table is read."""
    _made: int = 0
    _making_since: float = 0.0
    _of: int = field(init=False)

    def __post_init__(self) -> None:
        self._of = len(self.tables)

    def begin(self, table: Table, client: Client, parents: dict[str, str]) -> None:
        """Begin a table; `parents` names the table whose rows another is read for."""
        self._client, self._asks = client, parents
        self._reading, self._left, self._part = table.name, 1.0, 0
        self.tables.discard(table.name)

    def read(self, rows: int, share: float | None, spent: int) -> None:
        """Note what is read of the table under way: rows, the share of it, and the credits it took."""
        if self._reading is None:
            return
        self._rows[self._reading] = rows / share if share else rows
        self._left = spent * (1 - share) / share if share else 1.0

    def end(self) -> None:
        """The table under way is read."""
        self._reading, self._left = None, 0.0

    def follows(self, step: str) -> bool:
        """Whether a step reads no table, but follows those that do."""
        return step not in self.asking

    def begin_part(self, steps: int) -> None:
        """Begin so many steps that follow tables."""
        self._part, self._made, self._making_since = steps, 0, time.monotonic()

    def make(self, step: str) -> None:
        """Begin one of them, and tell of it."""
        made = f"{self._made + 1} of {self._part} child tables, histories, views and checks"
        self.tell(lambda: f"{made}: {step.replace('__', '.')}")
        self._made += 1
        self.steps -= 1

    def tell(self, line: Callable[[], str]) -> None:
        """Show what is done, and say it, if it is time to."""
        now = time.monotonic()
        due = now - self._spoken >= INTERVAL
        if not due and (not self.watchers or now - self._shown < GLANCE):
            return
        self._shown = now
        left = self.left
        share = (now - self._began) / (now - self._began + left) if left is not None else 0.0
        shown = None if left is None else timedelta(seconds=round(left))
        said = line()
        whole = f"the run: {share:.0%}, about {shown} left" if shown is not None else self._place
        for watcher in self.watchers:
            watcher(f"{said}; {whole}" if due else said, share, shown)
        if due:
            self._spoken = now
            self.say(f"{said}; {whole}")

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
        if self._part and not self.tables:
            each = (time.monotonic() - self._making_since) / self._made if self._made else STEP_SECONDS
            return max(0.0, self._part - self._made) * each
        unknown = any(self._asks.get(name) in self.tables for name in self.tables)
        if unknown or self._client is None or not self._client.limiter.rate:
            return None
        elapsed = max(1.0, time.monotonic() - self._began)
        pace = min(self._client.limiter.rate / 60, max(1, self._client.tally.credits) / elapsed)
        return self._credits_left() / pace + self.steps * STEP_SECONDS

    def _credits_left(self) -> float:
        """One for each table that is yet to be begun, or one for each row that it is read for."""
        return self._left + sum(
            max(1.0, self._rows.get(self._asks.get(name, ""), 1.0)) for name in self.tables
        )


def parents_of(tables: Collection[Table]) -> dict[str, str]:
    """By table that is read per row of another: the other."""
    return {table.name: table.sync.parent for table in tables if isinstance(table.sync, PerParent)}
