"""What a call costs, what a plan allows, and what has been spent.

Windows are fixed minutes, or fixed hours on accounts not yet migrated, counted on a clock of their own. A
refused call (429) costs nothing. Any other call costs its credits, errors included. It is not established
that windows are fixed, nor that a 429 is free (docs/freshdesk_api.md, 2.2 and 2.4).
"""

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LOGGED_REQUESTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Calls per window: in total, and of the two lists that have a limit of their own."""

    total: int
    tickets_list: int | None = None
    contacts_list: int | None = None
    window_seconds: float = 60
    enforced: bool = True


PLANS = {
    "trial": Plan(total=50),
    "growth": Plan(total=200, tickets_list=20, contacts_list=20),
    "pro": Plan(total=400, tickets_list=100, contacts_list=100),
    "enterprise": Plan(total=700, tickets_list=200, contacts_list=200),
    "pack1000": Plan(total=1000, tickets_list=300, contacts_list=300),
    "pack2000": Plan(total=2000, tickets_list=400, contacts_list=400),
    "estate_hourly": Plan(total=5000, window_seconds=3600),
    "unlimited": Plan(total=100_000, enforced=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The meter's answer to a call; retry_after is None if the call may pass."""

    credits: int
    total: int
    remaining: int
    retry_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One line of the request log."""

    method: str
    path: str
    template: str
    query: str
    status: int
    credits: int


@dataclass(slots=True)
class _Window:
    number: int = -1
    spent: int = 0
    calls: Counter[str] = field(default_factory=Counter)


class Meter:
    """Charges calls against a plan and remembers everything that passed."""

    def __init__(
        self,
        plan: str = "unlimited",
        *,
        clock: Callable[[], float] = time.monotonic,
        window_seconds: float | None = None,
        other_tools: int = 0,
        includes_weigh_on_sublimits: bool = False,
    ) -> None:
        """`other_tools`: credits that other programs use in each window, spread evenly over it."""
        self.plan = PLANS[plan]
        self.clock = clock
        self.window_seconds = window_seconds or self.plan.window_seconds
        self.other_tools = other_tools
        self.includes_weigh_on_sublimits = includes_weigh_on_sublimits
        self._lock = threading.Lock()
        self._window = _Window()
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget what has been counted; the current window continues."""
        with self._lock:
            self.credits = 0
            self.requests = 0
            self.throttled = 0
            self.max_concurrency = self.in_flight
            self.calls: Counter[str] = Counter()
            self.credits_by_path: Counter[str] = Counter()
            self.log: deque[LoggedRequest] = deque(maxlen=LOGGED_REQUESTS)

    def use_plan(self, plan: str) -> None:
        """Move the account to another plan, in a window of its own."""
        with self._lock:
            self.plan = PLANS[plan]
            self.window_seconds = self.plan.window_seconds
            self._window = _Window()

    def enter(self) -> None:
        """A request has come in."""
        with self._lock:
            self.in_flight += 1
            self.max_concurrency = max(self.max_concurrency, self.in_flight)

    def leave(self) -> None:
        """A request has been answered."""
        with self._lock:
            self.in_flight -= 1

    def charge(self, cost: int, sublimit: str | None = None) -> Charge:
        """Charge a call; `sublimit` names the list it belongs to, if that has a limit of its own."""
        with self._lock:
            now = self.clock()
            number, elapsed = divmod(now, self.window_seconds)
            if self._window.number != number:
                self._window = _Window(number=int(number))
            others = int(self.other_tools * elapsed / self.window_seconds)
            left = self.plan.total - self._window.spent - others
            limit: int | None = getattr(self.plan, sublimit) if sublimit else None
            weight = cost if self.includes_weigh_on_sublimits else 1
            exceeded = left < cost or (
                limit is not None and sublimit is not None and self._window.calls[sublimit] + weight > limit
            )
            if exceeded and self.plan.enforced:
                wait = max(1, math.ceil(self.window_seconds - elapsed))
                return Charge(credits=0, total=self.plan.total, remaining=max(0, left), retry_after=wait)
            self._window.spent += cost
            if sublimit:
                self._window.calls[sublimit] += weight
            return Charge(
                credits=cost, total=self.plan.total, remaining=max(0, left - cost), retry_after=None
            )

    def record(self, request: LoggedRequest) -> None:
        """Count an answered request."""
        with self._lock:
            self.requests += 1
            self.throttled += request.status == 429
            self.credits += request.credits
            self.calls[request.template] += 1
            self.credits_by_path[request.template] += request.credits
            self.log.append(request)

    def counters(self) -> dict[str, Any]:
        """Everything counted since the last reset, ready for JSON."""
        with self._lock:
            return {
                "requests": self.requests,
                "credits": self.credits,
                "throttled": self.throttled,
                "max_concurrency": self.max_concurrency,
                "calls": dict(self.calls),
                "credits_by_path": dict(self.credits_by_path),
            }
