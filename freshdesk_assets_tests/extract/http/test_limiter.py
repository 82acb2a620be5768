"""The limiter takes all that is ours of the account's limit, and nothing that is not."""

import heapq
import itertools
import signal
import threading
import time
from collections.abc import Callable

import pytest

from freshdesk_assets.extract.http.account_limit import window
from freshdesk_assets.extract.http.errors import Unavailable
from freshdesk_assets.extract.http.limiter import Limiter
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.endpoint import SubLimit

SHELVES = SubLimit("shelves list", ((0, 20), (400, 100)))


class VirtualClock:
    """Time that passes only while every thread sleeps; then the earliest sleeper goes on, alone."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._asleep: list[tuple[float, int, threading.Event]] = []
        self._lock = threading.Lock()
        self._order = itertools.count()
        self._threads = 1

    def __call__(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        woken = threading.Event()
        with self._lock:
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


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


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


@pytest.mark.parametrize(("total", "cost"), [(50, 40), (200, 45), (400, 90), (2000, 450), (5000, 1125)])
def test_a_small_sync_does_not_wait(clock: VirtualClock, total: int, cost: int) -> None:
    """An hourly sync with little new costs a few dozen credits; pacing it would only make it late."""
    limiter = limiter_of(clock, total)
    for _ in range(cost):
        take(limiter)
    assert clock() == 1000
    assert limiter.tally.waited == 0


@pytest.mark.parametrize("total", [50, 200, 400, 2000, 5000])
@pytest.mark.parametrize("costs", [(1,), (5, 1, 3)])
def test_a_long_sync_gets_all_of_the_limit_and_no_window_gets_more(
    clock: VirtualClock, total: int, costs: tuple[int, ...]
) -> None:
    """A first sync takes hours: what is not used of the limit is lost, what is used beyond is refused."""
    limiter = limiter_of(clock, total)
    usable, seconds = total * 0.9, window(total)
    taken, left, prices = [], 4 * usable, itertools.cycle(costs)
    while left > 0:
        cost = next(prices)
        take(limiter, cost)
        taken.append((clock(), cost))
        left -= cost
    assert fullest(taken, seconds) <= usable
    assert clock() - 1000 <= 1.02 * 4 * seconds
    assert limiter.tally.waited == pytest.approx(clock() - 1000)


def test_a_long_sync_never_stands_still(clock: VirtualClock) -> None:
    """A bucket that is emptied at once and then bounded by the window would rest 15 s of every minute."""
    limiter = limiter_of(clock, 400)
    moments = []
    for _ in range(1500):
        take(limiter)
        moments.append(clock())
    assert max(later - earlier for earlier, later in itertools.pairwise(moments)) < 0.5


@pytest.mark.parametrize("sliding", [True, False])
@pytest.mark.parametrize("total", [200, 2000])
def test_sixteen_threads_alone_get_all_of_the_limit(clock: VirtualClock, total: int, sliding: bool) -> None:
    """At full speed Remaining stands at the reserve all the time; that must not be taken for other users."""
    account = Account(clock, total, sliding=sliding)
    limiter = limiter_of(clock)
    wanted = int(3 * total * 0.9)
    left = [wanted]

    def work() -> None:
        while left[0] > 0:
            left[0] -= 3
            with limiter.acquire(3) as permit:
                clock.sleep(0.1)
                remaining = account.take(3)
                clock.sleep(0.2)
                limiter.learn(total, remaining, 3, permit)
            assert remaining >= 0

    clock.run(*[work] * 16)
    assert fullest(account.ours(), 60) <= total * 0.9 + 3
    assert clock() - 1000 <= 1.02 * 3 * 60
    assert limiter.tally.waited <= clock() - 1000, "seconds of wall time, not times threads"


def test_one_request_goes_until_the_total_is_known(clock: VirtualClock) -> None:
    """A trial account has 50 a minute: sixteen threads would spend a third of it before knowing."""
    limiter = limiter_of(clock)
    under_way = [0]
    together = []

    def work() -> None:
        with limiter.acquire(1) as permit:
            under_way[0] += 1
            together.append((limiter.total, under_way[0]))
            clock.sleep(1)
            under_way[0] -= 1
            limiter.learn(200 if len(together) > 2 else None, None, None, permit)

    clock.run(*[work] * 10)
    assert together[:3] == [(None, 1)] * 3, "replies without the headers teach nothing"
    assert together[3][0] == 200
    assert max(count for _, count in together) == 7


def test_a_paused_account_is_left_alone_by_all(clock: VirtualClock) -> None:
    """Retry-After is for the account; on hourly accounts it may be 1500 s."""
    limiter = limiter_of(clock, 4000)
    assert limiter.pause(1500)
    assert not limiter.pause(1500.5), "sixteen threads meet the same 429: one message is enough"
    moments = []

    def work() -> None:
        take(limiter)
        moments.append(clock())

    clock.run(*[work] * 4)
    assert min(moments) == pytest.approx(2500.5, abs=0.1)


def test_a_total_of_3000_to_5000_is_hourly(clock: VirtualClock) -> None:
    """Accounts not yet migrated have limits per hour; read as per minute they would run dry for an hour."""
    assert [window(total) for total in (50, 2000, 3000, 5000, 100_000)] == [60, 60, 3600, 3600, 60]
    assert limiter_of(clock, 400).rate == 360
    assert limiter_of(clock, 5000).rate == 75
    assert limiter_of(clock).rate == 0


def test_nonsense_for_a_total_changes_nothing(clock: VirtualClock) -> None:
    """A limit of 0 would stop everything for good."""
    limiter = limiter_of(clock, 400)
    limiter.learn(0, None, None)
    assert limiter.total == 400


def test_a_plan_that_changes_meanwhile_is_followed(clock: VirtualClock) -> None:
    """An upgrade during a first sync of many hours should be felt, a downgrade must be."""
    limiter = limiter_of(clock, 400)
    for _ in range(360):
        take(limiter)
    limiter.learn(100)
    start = clock()
    taken = []
    for _ in range(200):
        take(limiter)
        taken.append((clock(), 1))
    assert fullest(taken, 60) <= 90
    assert taken[0][0] > start + 30, "what the window holds already counts against the new limit"


def test_what_a_request_really_cost_is_counted(clock: VirtualClock) -> None:
    """The price list has holes (search, include=conversations); the reply's header has the last word."""
    limiter = limiter_of(clock, 400)
    for _ in range(36):
        with limiter.acquire(1) as permit:
            limiter.learn(400, None, 10, permit)
    before = clock()
    take(limiter)
    assert clock() - before > 10


def test_a_request_dearer_than_the_limit_goes_all_the_same(clock: VirtualClock) -> None:
    """Waiting for room that can never be there would hang the run."""
    limiter = limiter_of(clock, 4)
    for _ in range(3):
        take(limiter, 7)
    assert clock() == pytest.approx(1120, abs=1)


@pytest.mark.parametrize("sliding", [True, False])
@pytest.mark.parametrize("total", [100, 200])
def test_others_are_given_way_before_the_reserve_is_touched(
    clock: VirtualClock, total: int, sliding: bool
) -> None:
    """The reserve is what lets agents and other programs go on working during a first sync."""
    account = Account(clock, total, sliding=sliding)
    reports: list[tuple[float, str]] = []
    limiter = Limiter(
        clock=clock, sleep=clock.sleep, report=lambda message: reports.append((clock(), message))
    )
    low = []

    def ours() -> None:
        while clock() < 1300:
            with limiter.acquire(1) as permit:
                remaining = account.take(1)
                clock.sleep(0.2)
                limiter.learn(total, remaining, 1, permit)
            if remaining < total * 0.08:
                low.append(clock())

    def others() -> None:
        while clock() < 1200:  # they want all there is
            if account.used() < total:
                account.take(1, ours=False)
            clock.sleep(60 / total / 4)

    clock.run(*[ours] * 4, others)
    assert len(low) <= 200 / 5 * 1.2, "one call every five seconds to see whether they have stopped"
    assert sum(at > 1270 for at, _ in account.ours()) > 20, "and on as soon as they have"
    assert all(later - earlier >= 15 for (earlier, _), (later, _) in itertools.pairwise(reports))
    assert reports
    assert "Others use this Freshdesk account" in reports[0][1]


def test_requests_under_way_count_as_spent(clock: VirtualClock) -> None:
    """What is left, 45 of 400, is from before the four requests that Freshdesk has yet to see."""
    limiter = limiter_of(clock, 400)
    for _ in range(4):
        limiter.acquire(1)
    limiter.learn(400, 45)
    take(limiter)
    assert clock() == 1000
    take(limiter)
    assert clock() == 1005


def test_late_arrivals_are_not_taken_for_others(clock: VirtualClock) -> None:
    """Requests that travelled a second longer are still in Freshdesk's window when they have left ours."""
    limiter = limiter_of(clock, 400)
    for _ in range(360):
        take(limiter)
    clock.sleep(1001 + 60 - 0.1 - clock())  # the burst at the beginning has left our window, not yet theirs
    with limiter.acquire(1) as permit:
        limiter.learn(400, 39, 1, permit)
    for _ in range(20):
        take(limiter)
    assert clock() < 1062


def test_moderate_others_get_their_part_and_we_the_rest(clock: VirtualClock) -> None:
    """Others at a fifth of the limit leave seven tenths; it should be used, and none of them refused."""
    account = Account(clock, 400, sliding=True)
    limiter = limiter_of(clock)

    def ours() -> None:
        while clock() < 1360:
            with limiter.acquire(3) as permit:
                clock.sleep(0.1)
                remaining = account.take(3)
                clock.sleep(0.2)
                limiter.learn(400, remaining, 3, permit)
            assert remaining >= 400 * 0.05

    def others() -> None:
        while clock() < 1360:
            account.take(1, ours=False)
            clock.sleep(60 / 80)

    clock.run(*[ours] * 8, others)
    rate = sum(cost for at, cost in account.ours() if at > 1120) / 4
    assert 0.9 * 280 <= rate <= 1.06 * 280


@pytest.mark.parametrize(("total", "calls"), [(200, 18), (400, 90)])
def test_a_sub_limit_is_used_up_and_not_exceeded(clock: VirtualClock, total: int, calls: int) -> None:
    """Growth allows 20 ticket lists a minute of its 200 calls; the 21st would pause everything."""
    limiter = limiter_of(clock, total)
    taken = []
    for _ in range(4 * calls):
        take(limiter, 1, SHELVES)
        taken.append((clock(), 1))
    assert taken[4][0] == 1000, "the first few, which is all that a small sync asks, do not wait"
    assert fullest(taken, 60) <= calls
    assert clock() - 1000 <= 1.02 * 4 * 60


def test_who_waits_for_a_sub_limit_does_not_hold_up_others(clock: VirtualClock) -> None:
    """Conversations are read while the next page of tickets waits for its turn."""
    limiter = limiter_of(clock, 200)
    lists, others = [], []

    def read_lists() -> None:
        while clock() < 1240:
            take(limiter, 1, SHELVES)
            lists.append((clock(), 1))

    def read_others() -> None:
        while clock() < 1240:
            take(limiter)
            others.append((clock(), 1))

    clock.run(read_lists, read_lists, read_others)
    assert len(lists) >= 4 * 18
    assert len(lists) + len(others) >= 0.98 * 4 * 180
    assert fullest(sorted(lists + others), 60) <= 180


def test_requests_go_in_the_order_of_asking_and_a_dear_one_is_not_passed(clock: VirtualClock) -> None:
    """A steady stream of cheap requests would keep a dear one waiting for ever."""
    limiter = limiter_of(clock, 200)
    for _ in range(180):
        take(limiter)
    order = []

    def ask(name: str, cost: int) -> Callable[[], None]:
        def wait() -> None:
            take(limiter, cost)
            order.append(name)

        return wait

    clock.run(ask("a", 1), ask("dear", 30), *(ask(name, 1) for name in "bcdef"))
    assert order == ["a", "dear", "b", "c", "d", "e", "f"]


def test_a_sub_limit_tighter_than_declared_is_learnt_for_ten_minutes(clock: VirtualClock) -> None:
    """Plans and readings of the documentation differ; but others may have used it up, so not for good."""
    limiter = limiter_of(clock, 400)
    permits = []
    for _ in range(10):
        with limiter.acquire(1, SHELVES) as permit:
            permits.append(permit)
    assert limiter.tripped(SHELVES, permits[-1]) == 9
    assert limiter.tripped(SHELVES, permits[-2]) == 8, "each refusal was of a call that did not go through"
    clock.sleep(60)
    start, taken = clock(), []
    while clock() < start + 1000:
        take(limiter, 1, SHELVES)
        taken.append((clock(), 1))
    assert fullest([entry for entry in taken if entry[0] < start + 540], 60) == 8
    assert fullest(taken, 60) == 90


def test_a_sub_limit_is_never_learnt_to_be_nothing(clock: VirtualClock) -> None:
    """Another program may have used all of it before our first call."""
    limiter = limiter_of(clock, 400)
    with limiter.acquire(1, SHELVES) as permit:
        assert limiter.tripped(SHELVES, permit) == 1
    take(limiter, 1, SHELVES)
    assert clock() == 1000


def test_closing_ends_all_waiting() -> None:
    """A run that is stopped must not sit out a Retry-After of half an hour in its threads."""
    limiter = Limiter()
    limiter.learn(400)
    limiter.pause(1500)
    ended: list[Exception] = []

    def work() -> None:
        try:
            take(limiter)
        except Unavailable as error:
            ended.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    limiter.close()
    for thread in threads:
        thread.join(5)
    assert len(ended) == 4
    with pytest.raises(Unavailable, match="closed"):
        take(limiter)


def test_a_wait_can_be_interrupted() -> None:
    """Ctrl-C in the main thread; the one who waited leaves no gap in the line."""
    limiter = Limiter()
    limiter.learn(400)
    limiter.pause(1500)
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        take(limiter)
    timer.join()
    assert time.monotonic() - begun < 5
    assert 0.1 < limiter.tally.waited < 5


def test_waiting_ends_when_another_request_teaches_the_total() -> None:
    """By the real clock: nobody sleeps on while there is room."""
    limiter = Limiter()
    first = limiter.acquire(1)
    thread = threading.Thread(target=take, args=(limiter,))
    thread.start()
    with first:
        limiter.learn(400, 399, 1, first)
    thread.join(5)
    assert not thread.is_alive()


def test_a_tally_tells_what_was_added_since() -> None:
    """One client serves several tables in a run, and each reports its own part."""
    tally = Tally()
    tally.add(Tally(calls=2, credits=6, bytes=100))
    before = tally.snapshot()
    tally.add(Tally(calls=1, credits=1, waited=2.5, retries=1, throttled=1))
    assert before == Tally(calls=2, credits=6, bytes=100)
    assert tally.since(before) == Tally(calls=1, credits=1, waited=2.5, retries=1, throttled=1)
