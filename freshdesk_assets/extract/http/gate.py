"""One limit over a trailing window: how long to wait for a part of it, and what was taken."""

import math
from collections import deque
from dataclasses import dataclass, field

TICK = 1e-6
"""Times that differ by no more seconds are the same: they are sums of floats."""


class Gate:
    """At most `limit` in any trailing window: `burst` of it at any time, the rest at an even pace.

    Both together are exactly the limit, so that a long run uses all of it and never stops for long.
    """

    def __init__(self, *, limit: int, window: float, burst: float) -> None:
        self._all = Window(window)
        self._early = Window(window)
        self.resize(limit, window, burst, now=-math.inf)

    def resize(self, limit: int, window: float, burst: float, now: float) -> None:
        """Use other numbers from now on; what was taken stays counted."""
        self.limit, self.window, self._burst = limit, window, burst
        self._all.seconds = self._early.seconds = window
        self._due = now
        self._pace = (limit - burst) / window

    def used(self, now: float) -> float:
        """What the trailing window holds."""
        self._all.forget(now)
        return self._all.used

    def delay(self, amount: int, now: float) -> float:
        """Seconds until `amount` may be taken, 0 for now; what costs more than the limit goes alone."""
        amount = min(amount, self.limit)
        early = self._early.wait_for(self._burst - amount, now)
        return max(self._all.wait_for(self.limit - amount, now), min(early, self._paced(now)))

    def take(self, amount: int, now: float) -> "tuple[Entry, ...]":
        """Count `amount`; returns the entries, to correct if it cost something else."""
        if self._paced(now) > 0:
            return self._all.add(amount, now), self._early.add(amount, now)
        # Up to a second of the even pace is made up for: threads wake late and replies come in clusters.
        self._due = max(self._due, now - 1) + amount / self._pace
        return (self._all.add(amount, now),)

    def _paced(self, now: float) -> float:
        """Seconds until the even pace lets the next request go."""
        return max(0.0, self._due - now - TICK) if self._pace > 0 else math.inf


class Window:
    """What was taken in the last `seconds`, oldest first."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.used = 0.0
        self._taken: deque[Entry] = deque()

    def add(self, amount: int, now: float) -> "Entry":
        """Count `amount` as taken now."""
        spent = Entry(at=now, amount=amount, window=self)
        self._taken.append(spent)
        self.used += amount
        return spent

    def forget(self, now: float) -> None:
        """Drop what has left the window."""
        while self._taken and self._taken[0].at + self.seconds <= now + TICK:
            gone = self._taken.popleft()
            self.used -= gone.amount
            gone.window = None

    def wait_for(self, most: float, now: float) -> float:
        """Seconds until no more than `most` is left in the window; infinite when `most` is negative."""
        if most < 0:
            return math.inf
        self.forget(now)
        excess = self.used - most
        if excess <= 0:
            return 0.0
        for spent in self._taken:
            excess -= spent.amount
            if excess <= 0:
                return spent.at + self.seconds - now
        return math.inf


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """An entry of a window, for as long as it is in it."""

    at: float
    amount: int
    window: Window | None = field(repr=False)

    def correct(self, amount: int) -> None:
        """Replace what was counted by what it really was."""
        if self.window is not None:
            self.window.used += amount - self.amount
        self.amount = amount
