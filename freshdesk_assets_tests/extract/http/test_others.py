"""Others who use the account are given way, and what is merely late is not taken for them."""

import itertools

import pytest

from freshdesk_assets.extract.http.limiter import Limiter
from freshdesk_assets_tests.extract.http.limited import Account, VirtualClock, limiter_of, take


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
