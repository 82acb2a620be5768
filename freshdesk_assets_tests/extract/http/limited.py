"""An account with a limit, and time that passes only while everybody sleeps."""

import heapq
import itertools
import threading
from collections.abc import Callable

from freshdesk_assets.extract.http.account_limit import window
from freshdesk_assets.extract.http.limiter import Limiter
from freshdesk_assets.schema.endpoint import SubLimit


class VirtualClock:
    """Time that passes only while every thread sleeps; then the earliest sleeper goes on, alone.

    slept: the seconds of each sleep, in the order of falling asleep.
    """

    def __init__(self) -> None:
        self._now = 1000.0
        self.slept: list[float] = []
        self._asleep: list[tuple[float, int, threading.Event]] = []
        self._lock = threading.Lock()
        self._order = itertools.count()
        self._threads = 1

    def __call__(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        woken = threading.Event()
        with self._lock:
            self.slept.append(seconds)
            heapq.heappush(self._asleep, (self._now + seconds, next(self._order), woken))
            self._advance()
        assert woken.wait(20), "no thread goes on"

    def run(self, *functions: Callable[[], None]) -> None:
        """Run the functions in threads, the first one first, until all have ended."""
        failures: list[BaseException] = []

        def follow(function: Callable[[], None], position: int) -> None:
            try:
                self.sleep(position * 1e-4)
                function()
            except BaseException as error:  # noqa: BLE001 (raised again by the test's own thread)
                failures.append(error)
            finally:
                with self._lock:
                    self._threads -= 1
                    self._advance()

        self._threads = len(functions)
        threads = [
            threading.Thread(target=follow, args=(function, position), daemon=True)
            for position, function in enumerate(functions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self._threads = 1
        if failures:
            raise failures[0]

    def _advance(self) -> None:
        if self._asleep and len(self._asleep) == self._threads:
            self._now, _, woken = heapq.heappop(self._asleep)
            woken.set()


class Account:
    """What Freshdesk counts: a window that slides or one that starts afresh, shared with others."""

    def __init__(self, clock: VirtualClock, total: int, *, sliding: bool) -> None:
        self.clock, self.total, self.sliding = clock, total, sliding
        self.taken: list[tuple[float, int, bool]] = []

    def used(self) -> int:
        now, seconds = self.clock(), window(self.total)
        since = now - seconds if self.sliding else now // seconds * seconds - 1e-9
        return sum(cost for at, cost, _ in self.taken if at > since)

    def take(self, cost: int, *, ours: bool = True) -> int:
        """What is left after a request; negative where Freshdesk would have answered 429."""
        self.taken.append((self.clock(), cost, ours))
        return self.total - self.used()

    def ours(self) -> list[tuple[float, int]]:
        return [(at, cost) for at, cost, ours in self.taken if ours]


def limiter_of(clock: VirtualClock, total: int | None = None, reserve: float = 0.10) -> Limiter:
    limiter = Limiter(reserve=reserve, clock=clock, sleep=clock.sleep)
    limiter.learn(total)
    return limiter


def take(limiter: Limiter, cost: int = 1, sub_limit: SubLimit | None = None) -> None:
    with limiter.acquire(cost, sub_limit):
        pass


def fullest(taken: list[tuple[float, int]], seconds: float) -> int:
    """The most that any trailing window holds."""
    most = held = start = 0
    for at, cost in taken:
        held += cost
        while taken[start][0] <= at - seconds + 1e-5:
            held -= taken[start][1]
            start += 1
        most = max(most, held)
    return most
