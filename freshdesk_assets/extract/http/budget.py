"""From the credits that a run and a day may cost to whether one more request may be sent.

Requests under way count as spent, so that many threads together cannot exceed the budget. After the first
refusal every request is refused, even one that would still fit: a run ends in one place and not in many.
"""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from freshdesk_assets.extract.http.errors import BudgetSpent


def today() -> date:
    """The day in UTC, by which days are budgeted."""
    return datetime.now(UTC).date()


@dataclass(slots=True)
class Hold:
    """Credits held for one request; `cost` is what it really cost, 0 until it was sent."""

    cost: int = 0


class Budget:
    """Credits that all requests together may cost, in a run and in a day; None for no limit.

    - `run_named`: what messages call the first, the setting or the option that it was set by.
    - `run_spent`: what the run has spent of it before.

    The settings say how many, and every request asks here first. How much of a run goes into finding out
    what exists is limited elsewhere (`Allowance` in replication/). `Spending` there limits nothing: it
    records in the ledger what was spent.
    """

    def __init__(
        self,
        *,
        run: int | None = None,
        day: int | None = None,
        run_named: str = "FRESHDESK_RUN_CREDITS",
        run_spent: int = 0,
        today: Callable[[], date] = today,
    ) -> None:
        self.run = run
        self._run_named = run_named
        self.day = day
        self._today = today
        self._date = today()
        self._run_spent = run_spent
        self._day_spent = 0
        self._held = 0
        self._lock = threading.Lock()
        self.refusal: str | None = None

    @property
    def limited(self) -> bool:
        """Whether there is a budget at all."""
        return self.run is not None or self.day is not None

    @property
    def most(self) -> float:
        """What any one run could spend at most."""
        return min(math.inf if limit is None else limit for limit in (self.run, self.day))

    @property
    def left(self) -> float:
        """What may still be spent."""
        with self._lock:
            return 0 if self.refusal else min(left for left, _ in self._left())

    @property
    def in_words(self) -> str:
        """The budget in words, as it was set."""
        limits = ((self._run_named, self.run), ("FRESHDESK_DAY_CREDITS", self.day))
        return ", ".join(f"{name} is {limit:,}" for name, limit in limits if limit is not None)

    def count_others(self, spent: int) -> None:
        """Count credits of this day that other runs spent."""
        with self._lock:
            self._day_spent += spent

    @contextmanager
    def hold(self, cost: int, where: str) -> Iterator[Hold]:
        """Hold `cost` credits for a request while it is under way; BudgetSpent when fewer are left."""
        with self._lock:
            if self.refusal is None:
                left, said = min(self._left())
                if cost > left:
                    self.refusal = f"{said}, and {where} would cost {cost}"
            if self.refusal is not None:
                raise BudgetSpent(self.refusal)
            self._held += cost
        held = Hold()
        try:
            yield held
        finally:
            with self._lock:
                self._begin_day()
                self._held -= cost
                self._run_spent += held.cost
                self._day_spent += held.cost

    def _left(self) -> list[tuple[float, str]]:
        """What each limit still allows, and a sentence that says so."""
        self._begin_day()
        found = [(math.inf, "")]
        for name, limit, spent in (
            (self._run_named, self.run, self._run_spent),
            ("FRESHDESK_DAY_CREDITS", self.day, self._day_spent),
        ):
            if limit is not None:
                taken = spent + self._held
                found.append((limit - taken, f"{name} is {limit:,}, {taken:,} are spent"))
        return found

    def _begin_day(self) -> None:
        if (now := self._today()) != self._date:
            self._date, self._day_spent = now, 0
