"""Calls beyond a budget are not made, and what was paid for is kept."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import BudgetSpent
from freshdesk_assets.extract.per_row import read_lists
from freshdesk_assets.extract.rows import rows_of
from freshdesk_assets.schema.page import Page
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.conversations import conversations
from freshdesk_assets.warehouse.ledger.parents import Parent


@pytest.fixture(scope="module")
def account() -> Iterator[Server]:
    with serve(World(seed=1, tickets=120), latency_ms=2) as server:
        yield server


@pytest.fixture(autouse=True)
def _fresh(account: Server) -> None:
    account.meter.reset()
    account.faults.clear()


def client(account: Server, budget: Budget) -> Client:
    return Client(domain=account.url, api_key=account.key, budget=budget)


def ask_for_tickets(reader: Client, include: str = "") -> None:
    params: dict[str, Any] = {"include": include} if include else {}
    reader.get("tickets", params, parse=rows_of)


@pytest.mark.parametrize("include", ["", "stats,description"])
def test_sixteen_threads_do_not_spend_one_credit_too_many(account: Server, include: str) -> None:
    """A call under way counts as spent before its cost is known."""
    budget = Budget(run=43)
    refused = 0
    with client(account, budget) as reader, ThreadPoolExecutor(16) as pool:
        for asked in [pool.submit(ask_for_tickets, reader, include) for _ in range(90)]:
            refused += isinstance(asked.exception(), BudgetSpent)
    cost = 5 if include else 1
    assert account.meter.requests == 43 // cost
    assert account.meter.credits == 43 // cost * cost
    assert refused == 90 - 43 // cost


def test_what_was_paid_for_is_handed_on_before_the_reading_ends(account: Server) -> None:
    """Sixteen lists under way when the budget is spent are sixteen credits."""
    said = Counter(row["ticket_id"] for row in account.world.truth_conversations().values())
    live = [number for _, number in account.world.shelves["live"].updated_at]
    parents = [Parent(number, None) for number in live if said[number] <= 100]
    (branch,) = conversations.branches
    pages: list[Page] = []
    with client(account, Budget(run=37)) as reader, pytest.raises(BudgetSpent):
        pages.extend(read_lists(reader, conversations, branch, parents))
    assert account.meter.credits == 37
    assert len(pages) == 37


def test_the_smaller_of_two_budgets_holds_and_is_named() -> None:
    budget = Budget(run=100, day=50)
    budget.count_others(45)
    assert budget.left == 5
    said = r"FRESHDESK_DAY_CREDITS is 50, 45 are spent, and tickets would cost 7"
    with pytest.raises(BudgetSpent, match=said), budget.hold(7, "tickets"):
        pass


def test_once_spent_nothing_goes_however_cheap() -> None:
    """Else a run would continue for long with calls that cost a single credit."""
    budget = Budget(run=4)
    with pytest.raises(BudgetSpent), budget.hold(5, "tickets"):
        pass
    with pytest.raises(BudgetSpent), budget.hold(1, "roles"):
        pass
    assert budget.left == 0


def test_a_call_costs_what_freshdesk_says_it_cost() -> None:
    """A 429 costs nothing: a budget that counted it would end a run on the account's busiest days."""
    budget = Budget(run=5)
    with budget.hold(5, "tickets") as held:
        assert budget.left == 0
        held.cost = 0
    assert budget.left == 5


def test_a_new_day_has_its_own_budget() -> None:
    """A first sync takes days; it continues at midnight in UTC, not a day after it began."""
    days = [date(2026, 3, 1)]
    budget = Budget(day=10, today=lambda: days[-1])
    budget.count_others(3)
    with budget.hold(7, "tickets") as held:
        held.cost = 7
    assert budget.left == 0
    days.append(date(2026, 3, 2))
    assert budget.left == 10
