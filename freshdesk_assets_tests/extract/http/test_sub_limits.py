"""A list with a limit of its own gets all of it and no more, and holds up nobody else."""

import pytest

from freshdesk_assets.schema.endpoint import SubLimit
from freshdesk_assets_tests.extract.http.limited import VirtualClock, fullest, limiter_of, take

SHELVES = SubLimit("shelves list", ((0, 20), (400, 100)))


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
