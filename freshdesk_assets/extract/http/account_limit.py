"""From what replies say of the account's limit to how much of it is ours, and when.

The limit is shared with the customer's other programs and with the people who use Freshdesk. So a part of
it, `reserve`, is never used, and when others use more, we use less.
"""

import math

from freshdesk_assets.extract.http.gate import Entry, Gate, Window
from freshdesk_assets.schema.endpoint import SubLimit

MINUTE = 60.0
HOUR = 3600.0

TRAVEL = 2.0
"""Seconds that a request may travel. Freshdesk counts it on arrival, so it leaves that window later."""


class AccountLimit:
    """What is known of one account's limit, and what was taken of it.

    Until a reply has said the account's `total`, one request at a time is sent. Afterwards no trailing window
    ever holds more than total * (1 - reserve) credits. A quarter of that may go at once, so that a small sync
    does not wait; the rest goes at an even pace. This class has no lock: the limiter holds its own around
    every call. `now` is the time by the limiter's clock.
    """

    def __init__(self, *, reserve: float) -> None:
        self.total: int | None = None
        self.paused_until = -math.inf
        self._reserve = reserve
        self._account = Gate(limit=1, window=MINUTE, burst=1)
        self._gates: dict[SubLimit, Gate] = {}
        self._lowered: dict[SubLimit, tuple[int, float]] = {}
        self._ours = Window(MINUTE + TRAVEL)
        self._left = math.inf
        self._crowded = False
        self._ask_again_at = -math.inf

    @property
    def rate(self) -> float:
        """Credits a minute that are ours to use; 0 before the first reply."""
        return 0.0 if self.total is None else self._account.limit * MINUTE / self._account.window

    @property
    def tight(self) -> bool:
        """Whether Freshdesk last said that no more than the reserve is left."""
        return self.total is not None and self._left <= self.total - self._usable(self.total)

    def resize(self, total: int, now: float) -> None:
        """Change the account's total."""
        self.total = total
        limit = self._usable(total)
        # A quarter at once; on small plans 40 credits, which is what a sync with nothing new costs.
        self._account.resize(limit, window(total), burst=max(limit / 4, min(40, limit)), now=now)
        self._ours.seconds = window(total) + TRAVEL
        for sub_limit, gate in self._gates.items():
            self._resize(sub_limit, gate, now)

    def compare(self, remaining: int, under_way: int, now: float) -> None:
        """Learn from what Freshdesk says is left whether others use the account, and what is left for us.

        `under_way` are the credits of our other requests. The kind of Freshdesk's window is not documented.
        Of our requests it holds at most those that we sent in as long a time. Only when these do not explain
        the reply is `remaining` compared with the reserve: alone, at full speed, we use all but the reserve.
        """
        if self.total is None:
            return
        self._ours.forget(now)
        self._crowded = self.total - remaining - self._ours.used > max(2, 0.01 * self.total)
        self._left = remaining - under_way
        # After a 429 Freshdesk itself has said when to ask again.
        self._ask_again_at = self.paused_until if now < self.paused_until else now + self._account.window / 12

    def pause(self, seconds: float, now: float) -> bool:
        """Send nothing for so long; True if that ends over a second later than the pause known before."""
        until = now + seconds
        news = until > self.paused_until + 1
        self.paused_until = max(self.paused_until, until)
        return news

    def lower(self, sub_limit: SubLimit, now: float) -> int:
        """Lower a sub-limit that is tighter than declared; returns the calls a minute allowed from now on.

        That is what went through in the trailing minute, at least 1. It holds for ten minutes only: others,
        our own previous run among them, may have used the sub-limit up.
        """
        gate = self.gate(sub_limit, now)
        ceiling = max(1, int(gate.used(now)))
        if ceiling < gate.limit:
            self._lowered[sub_limit] = (ceiling, now + 10 * MINUTE)
            self._resize(sub_limit, gate, now)
        return int(gate.limit)

    def gate(self, sub_limit: SubLimit, now: float) -> Gate:
        """The gate of a sub-limit, with the limit that holds now."""
        if sub_limit not in self._gates:
            self._gates[sub_limit] = Gate(limit=1, window=MINUTE, burst=1)
            self._resize(sub_limit, self._gates[sub_limit], now)
        elif sub_limit in self._lowered and self._lowered[sub_limit][1] <= now:
            del self._lowered[sub_limit]
            self._resize(sub_limit, self._gates[sub_limit], now)
        return self._gates[sub_limit]

    def delay(self, cost: int, now: float) -> float:
        """Seconds until `cost` credits may be taken, 0 for now."""
        return max(self._account.delay(cost, now), self._floor_delay(cost, now))

    def take(self, cost: int, now: float) -> tuple[Entry, ...]:
        """Count `cost` credits as taken now; returns the entries, to correct if it cost something else."""
        if self._crowded:
            self._ask_again_at = max(self._ask_again_at, now + self._account.window / 12)
        self._left -= cost
        return (*self._account.take(cost, now), self._ours.add(cost, now))

    def complaint(self, now: float) -> str | None:
        """A sentence for the log while others leave no more than the reserve."""
        if self.total is None or now < self.paused_until or self._floor_delay(1, now) <= 0:
            return None
        kept = self.total - self._usable(self.total)
        return (
            f"Others use this Freshdesk account too: {max(0, int(self._left))} of its {self.total}"
            f" credits are left and {kept} are kept free; waiting for more."
        )

    def _usable(self, total: int) -> int:
        return max(1, math.floor(total * (1 - self._reserve) + 1e-9))

    def _resize(self, sub_limit: SubLimit, gate: Gate, now: float) -> None:
        limit = self._usable(sub_limit.allowed(self.total or 0))
        limit = min(limit, self._lowered.get(sub_limit, (limit, now))[0])
        gate.resize(limit, MINUTE, burst=max(limit / 4, min(5, limit)), now=now)

    def _floor_delay(self, cost: int, now: float) -> float:
        """Seconds until the next look when others leave no more than the reserve, else 0."""
        if self.total is None or not self._crowded:
            return 0.0
        if self._left - cost >= self.total - self._usable(self.total):
            return 0.0
        return max(0.0, self._ask_again_at - now)


def window(total: int) -> float:
    """Seconds to which a total applies.

    Accounts not yet migrated to limits per minute show an hourly total of 3000 or 5000; per minute, plans
    and packs end at 2000 (docs/freshdesk_api.md, 2.1 and 2.2). A total beyond both can only be a larger pack,
    per minute.
    """
    return HOUR if 3000 <= total <= 5000 else MINUTE
