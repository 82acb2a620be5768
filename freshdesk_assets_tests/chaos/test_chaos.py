"""Whatever goes wrong, and whatever together: a sync afterwards makes the replica what the account is."""

import pytest

from freshdesk_assets_tests.chaos.faults import FAULTS
from freshdesk_assets_tests.chaos.rounds import run_each, run_seed
from freshdesk_assets_tests.chaos.site import Forks

SAMPLE = ("truncated", "changes_between_pages", "killed", "part_of_it")
"""What all test runs draw from, the same however many faults there are; `make chaos` draws from all."""


def test_faults_together_leave_nothing_wrong(forked: Forks) -> None:
    assert run_seed(13, 1, forked, print, SAMPLE, brief=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_round_after_round_of_them_leaves_nothing_wrong(forked: Forks, seed: int) -> None:
    assert run_seed(seed, 4, forked, print) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({each.kind for each in FAULTS.values()}))
def test_a_fault_alone_leaves_nothing_wrong(forked: Forks, kind: str) -> None:
    """Where a mixture finds something, this says whose fault it is."""
    names = [each.name for each in FAULTS.values() if each.kind == kind]
    assert run_each(1, forked, print, names) == []
