"""The rate limit, obeyed: requests of many threads stand in one line, and each waits until it may be sent."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from freshdesk_assets.extract.http.account_limit import AccountLimit
from freshdesk_assets.extract.http.errors import Unavailable
from freshdesk_assets.extract.http.gate import Entry, Gate
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.endpoint import SubLimit


class Limiter:
    """Lets requests go within the account's limit; one for all threads of a client.

    `reserve` is the share of the limit that is never used; account_limit.py decides how the rest is used.
    `sleep` is for tests: without it, a wait ends early when something changes, and `close` ends it at once.
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
        self._clock = clock
        self._sleep = sleep
        self._report = report
        self._changed = threading.Condition()
        self._limit = AccountLimit(reserve=reserve)
        self._line: list[Claim] = []
        self._flying: set[Permit] = set()
        self._reported_at = -math.inf
        self._waiting_since = 0.0
        self._waiting = 0
        self._closed = False

    @property
    def total(self) -> int | None:
        """Credits of the account per window, all programs together; None before the first reply."""
        return self._limit.total

    @property
    def rate(self) -> float:
        """Credits a minute that are ours to use; 0 before the first reply."""
        return self._limit.rate

    @property
    def tight(self) -> bool:
        """Whether Freshdesk last said that no more than the reserve is left."""
        return self._limit.tight

    def acquire(self, cost: int, sub_limit: SubLimit | None = None) -> "Permit":
        """Wait until a request of `cost` credits may be sent, in the order of asking.

        A request that waits only for its sub-limit lets others pass. Use the permit as a context manager
        around the request. Raises Unavailable once the limiter is closed.
        """
        with self._changed:
            gate = self._limit.gate(sub_limit, self._clock()) if sub_limit else None
            claim = Claim(credits=cost, gate=gate)
            self._line.append(claim)
            try:
                if self._delay(claim) > 0:
                    self._wait_for(claim)
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
        """Use what a reply says of the limit, None for what it does not say; `permit` is its request's."""
        with self._changed:
            now = self._clock()
            if total and total != self._limit.total:
                self._limit.resize(total, now)
            if permit and used is not None and used != permit.credits:
                permit.correct(used)
            if remaining is not None:
                under_way = sum(other.credits for other in self._flying if other is not permit)
                self._limit.compare(remaining, under_way, now)

    def release(self, permit: "Permit") -> None:
        """The request is over, answered or not."""
        with self._changed:
            self._flying.discard(permit)
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Send nothing for so long; True if that ends over a second later than the pause known before."""
        with self._changed:
            return self._limit.pause(seconds, self._clock())

    def tripped(self, sub_limit: SubLimit, permit: "Permit") -> int:
        """Lower the sub-limit that a request was refused for; returns the calls a minute allowed for now."""
        with self._changed:
            permit.refund_calls()
            return self._limit.lower(sub_limit, self._clock())

    def close(self) -> None:
        """Wake all who wait; they and all later ones get Unavailable."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _delay(self, claim: "Claim") -> float:
        """Seconds until it is worth asking again; 0 when the claim may go."""
        if self._closed:
            raise Unavailable("The connection to Freshdesk was closed while a request waited for the limit.")
        now = self._clock()
        if now < self._limit.paused_until:
            return self._limit.paused_until - now
        blocked = claim.gate.delay(1, now) if claim.gate else 0.0
        if blocked > 0:
            return blocked
        # Requests that wait for their sub-limit are passed. No other is, however many credits it costs.
        head = next(c for c in self._line if c is claim or c.gate is None or c.gate.delay(1, now) <= 0)
        if self._limit.total is None:
            return 0.0 if head is claim and not self._flying else GLANCE
        delay = self._limit.delay(claim.credits, now)
        return delay if head is claim else min(max(delay, GIVE_WAY), GLANCE)

    def _wait_for(self, claim: "Claim") -> None:
        if not self._waiting:
            self._waiting_since = self._clock()
        self._waiting += 1
        try:
            while (delay := self._delay(claim)) > 0:
                self._complain()
                self._wait(max(delay, 0.001))
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.tally.add(Tally(waited=self._clock() - self._waiting_since))

    def _complain(self) -> None:
        """Log that others leave no more than the reserve, at most every 15 seconds."""
        now = self._clock()
        if not self._report or now < self._reported_at + 15 or not (said := self._limit.complaint(now)):
            return
        self._reported_at = now
        self._changed.release()
        try:
            self._report(said)
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
        permit = Permit(
            limiter=self,
            credits=claim.credits,
            spent=self._limit.take(claim.credits, now),
            calls=claim.gate.take(1, now) if claim.gate else (),
        )
        self._flying.add(permit)
        return permit


@dataclass(slots=True, eq=False, kw_only=True)
class Permit:
    """One request that may be sent; leaving its context says that it is over."""

    limiter: Limiter
    credits: int
    spent: "tuple[Entry, ...]"
    calls: "tuple[Entry, ...]"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.limiter.release(self)

    def correct(self, cost: int) -> None:
        """Replace its credits by what it really cost."""
        self.credits = cost
        for spent in self.spent:
            spent.correct(cost)

    def refund_calls(self) -> None:
        """Count no call for it: its sub-limit refused it."""
        for spent in self.calls:
            spent.correct(0)


@dataclass(slots=True, eq=False, kw_only=True)
class Claim:
    """A request that waits in line."""

    credits: int
    gate: "Gate | None"


GLANCE = 0.25
"""Seconds between two looks while other requests decide how long to wait; a change ends the wait earlier."""

GIVE_WAY = 0.01
"""Seconds in which the requests ahead in line are sent that may be."""
