"""From the account's limit to the moment a request may go.

The limit is shared with the customer's other programs and with people's own use of Freshdesk, so a part
of it, `reserve`, is never touched, and less is taken when others take more.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from freshdesk_assets.extract.http.errors import Unavailable
from freshdesk_assets.extract.http.gate import Entry, Gate, Window
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.table import SubLimit

MINUTE = 60.0
HOUR = 3600.0


class Limiter:
    """Lets requests go within the account's limit; one for all threads of a client.

    Until a reply has told the account's total, one request is under way at a time. From then on no
    trailing window ever holds more than total * (1 - reserve) credits: a quarter of that at once, so that
    a small sync does not wait, the rest at an even pace. `sleep` is for tests: by default waiting ends
    early when something changes, and `close` ends it at once.
    """

    def __init__(
        self,
        *,
        reserve: float = 0.10,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
        report: Callable[[str], None] | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.tally = tally if tally is not None else Tally()
        self._reserve = reserve
        self._clock = clock
        self._sleep = sleep
        self._report = report
        self._changed = threading.Condition()
        self._line: list[Claim] = []
        self._flying: set[Permit] = set()
        self._total: int | None = None
        self._account = Gate(limit=1, window=MINUTE, burst=1)
        self._gates: dict[SubLimit, Gate] = {}
        self._lowered: dict[SubLimit, tuple[int, float]] = {}
        self._ours = Window(MINUTE + TRAVEL)
        self._left = math.inf
        self._crowded = False
        self._ask_again_at = -math.inf
        self._paused_until = -math.inf
        self._reported_at = -math.inf
        self._standing_since = 0.0
        self._standing = 0
        self._closed = False

    @property
    def total(self) -> int | None:
        """Credits of the account per window, all programs together; None before the first reply."""
        return self._total

    @property
    def rate(self) -> float:
        """Credits a minute that are ours to use; 0 before the first reply."""
        return 0.0 if self._total is None else self._account.limit * MINUTE / self._account.window

    @property
    def tight(self) -> bool:
        """Whether Freshdesk last said that no more than the reserve is left."""
        return self._total is not None and self._left <= self._total - self._usable(self._total)

    def acquire(self, cost: int, sub_limit: SubLimit | None = None) -> "Permit":
        """Wait until a request of `cost` credits may go, in the order of asking.

        A request that only its sub-limit holds back lets others pass. Use the permit as a context, around
        the request. Raises Unavailable once the limiter is closed.
        """
        with self._changed:
            claim = Claim(credits=cost, gate=self._gate(sub_limit) if sub_limit else None)
            self._line.append(claim)
            try:
                if self._delay(claim) > 0:
                    self._stand(claim)
                return self._grant(claim)
            finally:
                self._line.remove(claim)
                self._changed.notify_all()

    def learn(
        self,
        total: int | None = None,
        remaining: int | None = None,
        used: int | None = None,
        permit: "Permit | None" = None,
    ) -> None:
        """Take in what a reply says of the limit, None where it does not; `permit` is its request's."""
        with self._changed:
            now = self._clock()
            if total and total != self._total:
                self._total = total
                limit = self._usable(total)
                # A quarter at once; on small plans 40 credits, which is what a sync with nothing new costs.
                self._account.resize(limit, window(total), burst=max(limit / 4, min(40, limit)), now=now)
                self._ours.seconds = window(total) + TRAVEL
                for sub_limit, gate in self._gates.items():
                    self._resize(sub_limit, gate, now)
            if permit and used is not None and used != permit.credits:
                permit.correct(used)
            if self._total and remaining is not None:
                self._compare(self._total, remaining, permit, now)

    def release(self, permit: "Permit") -> None:
        """The request is over, answered or not."""
        with self._changed:
            self._flying.discard(permit)
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Let nothing go for so long; whether that is more than a second longer than was known."""
        with self._changed:
            until = self._clock() + seconds
            news = until > self._paused_until + 1
            self._paused_until = max(self._paused_until, until)
            return news

    def tripped(self, sub_limit: SubLimit, permit: "Permit") -> int:
        """The sub-limit turned out tighter than declared: the calls a minute it is held to from now on.

        That is what went through in the trailing minute, at least 1. It is forgotten after ten minutes:
        others may have used the sub-limit up, among them our own previous run.
        """
        with self._changed:
            now = self._clock()
            gate = self._gate(sub_limit)
            permit.refund_calls()
            ceiling = max(1, int(gate.used(now)))
            if ceiling < gate.limit:
                self._lowered[sub_limit] = (ceiling, now + 10 * MINUTE)
                self._resize(sub_limit, gate, now)
            return int(gate.limit)

    def close(self) -> None:
        """Wake all who wait; they and all later ones get Unavailable."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _usable(self, total: int) -> int:
        return max(1, math.floor(total * (1 - self._reserve) + 1e-9))

    def _gate(self, sub_limit: SubLimit) -> "Gate":
        now = self._clock()
        if sub_limit not in self._gates:
            self._gates[sub_limit] = Gate(limit=1, window=MINUTE, burst=1)
            self._resize(sub_limit, self._gates[sub_limit], now)
        elif sub_limit in self._lowered and self._lowered[sub_limit][1] <= now:
            del self._lowered[sub_limit]
            self._resize(sub_limit, self._gates[sub_limit], now)
        return self._gates[sub_limit]

    def _resize(self, sub_limit: SubLimit, gate: "Gate", now: float) -> None:
        limit = self._usable(sub_limit.allowed(self._total or 0))
        limit = min(limit, self._lowered.get(sub_limit, (limit, now))[0])
        gate.resize(limit, MINUTE, burst=max(limit / 4, min(5, limit)), now=now)

    def _delay(self, claim: "Claim") -> float:
        """Seconds until it is worth asking again; 0 when the claim may go."""
        if self._closed:
            raise Unavailable("The connection to Freshdesk was closed while a request waited for the limit.")
        now = self._clock()
        if now < self._paused_until:
            return self._paused_until - now
        blocked = claim.gate.delay(1, now) if claim.gate else 0.0
        if blocked > 0:
            return blocked
        # Those who wait for their sub-limit are passed; all others go first, however dear.
        head = next(c for c in self._line if c is claim or c.gate is None or c.gate.delay(1, now) <= 0)
        if self._total is None:
            return 0.0 if head is claim and not self._flying else GLANCE
        delay = max(
            self._account.delay(claim.credits, now), self._floor_delay(self._total, claim.credits, now)
        )
        return delay if head is claim else min(max(delay, TURN), GLANCE)

    def _floor_delay(self, total: int, cost: int, now: float) -> float:
        """Seconds until the next look when others leave no more than the reserve, else 0."""
        if not self._crowded or self._left - cost >= total - self._usable(total):
            return 0.0
        return max(0.0, self._ask_again_at - now)

    def _compare(self, total: int, remaining: int, permit: "Permit | None", now: float) -> None:
        """Tell from what Freshdesk says is left whether others use the account, and what is left for us.

        Freshdesk's window, whose kind is not documented, holds at most what we let go in as long a time.
        Only when that does not explain the reply is `remaining` held against the reserve: alone and at
        full speed we stand at the reserve all the time.
        """
        self._ours.forget(now)
        self._crowded = total - remaining - self._ours.used > max(2, 0.01 * total)
        self._left = remaining - sum(other.credits for other in self._flying if other is not permit)
        # After a 429 Freshdesk itself has said when to ask again.
        self._ask_again_at = (
            self._paused_until if now < self._paused_until else now + self._account.window / 12
        )

    def _stand(self, claim: "Claim") -> None:
        if not self._standing:
            self._standing_since = self._clock()
        self._standing += 1
        try:
            while (delay := self._delay(claim)) > 0:
                self._complain()
                self._wait(max(delay, 0.001))
        finally:
            self._standing -= 1
            if not self._standing:
                self.tally.add(Tally(waited=self._clock() - self._standing_since))

    def _complain(self) -> None:
        now = self._clock()
        if not self._report or self._total is None or now < max(self._paused_until, self._reported_at + 15):
            return
        if self._floor_delay(self._total, 1, now) > 0:
            self._reported_at = now
            kept = self._total - self._usable(self._total)
            message = (
                f"Others use this Freshdesk account too: {max(0, int(self._left))} of its {self._total}"
                f" credits are left and {kept} are kept free; waiting for more."
            )
            self._changed.release()
            try:
                self._report(message)
            finally:
                self._changed.acquire()

    def _wait(self, seconds: float) -> None:
        if self._sleep is None:
            self._changed.wait(min(seconds, threading.TIMEOUT_MAX))
            return
        self._changed.release()
        try:
            self._sleep(seconds)
        finally:
            self._changed.acquire()

    def _grant(self, claim: "Claim") -> "Permit":
        now = self._clock()
        if self._crowded:
            self._ask_again_at = max(self._ask_again_at, now + self._account.window / 12)
        self._left -= claim.credits
        permit = Permit(
            limiter=self,
            credits=claim.credits,
            spent=(*self._account.take(claim.credits, now), self._ours.add(claim.credits, now)),
            calls=claim.gate.take(1, now) if claim.gate else (),
        )
        self._flying.add(permit)
        return permit


@dataclass(slots=True, eq=False, kw_only=True)
class Permit:
    """One request that may go; leaving its context says that it is over."""

    limiter: Limiter
    credits: int
    spent: "tuple[Entry, ...]"
    calls: "tuple[Entry, ...]"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.limiter.release(self)

    def correct(self, cost: int) -> None:
        """It cost so many credits after all."""
        self.credits = cost
        for spent in self.spent:
            spent.correct(cost)

    def refund_calls(self) -> None:
        """Its sub-limit did not let it through."""
        for spent in self.calls:
            spent.correct(0)


@dataclass(slots=True, eq=False, kw_only=True)
class Claim:
    """A request standing in line."""

    credits: int
    gate: "Gate | None"


def window(total: int) -> float:
    """Seconds to which a total applies.

    Accounts not yet migrated to limits per minute show an hourly total of 3000 or 5000; per minute, plans
    and packs end at 2000 (docs/freshdesk_api.md, 2.1 and 2.2). A total beyond both can only be a larger pack,
    per minute.
    """
    return HOUR if 3000 <= total <= 5000 else MINUTE


TRAVEL = 2.0
"""Seconds by which a request may leave Freshdesk's window later than ours, having travelled longer."""

GLANCE = 0.25
"""Seconds between looks while it depends on others how long to wait; a change ends the wait anyway."""

TURN = 0.01
"""Seconds to let those go who are ahead and may."""
