"""The limiter takes all that is ours of the account's limit, and nothing that is not."""

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
from freshdesk_assets_tests.extract.http.limited import Account, VirtualClock, fullest, limiter_of, take


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
