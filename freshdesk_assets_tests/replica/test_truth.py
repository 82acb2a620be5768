"""The replica equals the account, row by row and cell by cell, whatever happens meanwhile."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.children import TRUTH, truth_of
from freshdesk_assets_tests.replica.truth import surplus


def test_the_rows_of_every_child_table_are_known_from_elsewhere_than_its_declaration() -> None:
    """A table that is compared with nothing is right whatever it holds."""
    children = declared_tables().children
    assert all(truth_of(child) for child in children)
    assert TRUTH.keys() == {child.name for child in children}, "TRUTH knows a table that is none any more"


def test_an_initial_sync_brings_every_row_and_every_cell(account: Callable[..., Any]) -> None:
    with account(tickets=300) as acme:
        acme.sync()
        assert acme.differences() == []
        assert {table.name: surplus(acme.path, acme.world, table.name) for table in acme.catalog} == {
            table.name: set() for table in acme.catalog
        }


@pytest.mark.long
@pytest.mark.parametrize(("seed", "derive"), [(7, True), pytest.param(8, False, marks=pytest.mark.slow)])
def test_days_of_changes_arrive_with_the_next_sync(
    account: Callable[..., Any], seed: int, derive: bool
) -> None:
    """Tickets, replies, merges, trash, spam, restores, people and settings change at once, as they do."""
    with account(tickets=300, seed=seed) as acme:
        acme.sync(derive=derive)
        for day in range(2):
            acme.world.day_of_changes(random.Random(seed * 100 + day))
            acme.sync(derive=derive)
            assert acme.differences() == []
            assert not derive or acme.child_differences() == []
        for table in acme.catalog:
            # Of what is not listed whole the API shows no deletion: the rows stay as they were last seen.
            if isinstance(table.sync, FullList):
                assert surplus(acme.path, acme.world, table.name) == set()


@pytest.mark.long
def test_changes_between_two_pages_of_a_listing_lose_nothing(account: Callable[..., Any]) -> None:
    """Offset paging skips the row that moves up into a page already read, and no cursor comes back for it."""
    with account(tickets=1200) as acme:
        acme.world.churn(1)
        acme.sync()
        acme.world.churn(None)
        acme.world.clock.advance(timedelta(hours=1))
        acme.sync()
        assert acme.differences() == []


@pytest.mark.long
def test_a_ticket_in_the_trash_stays_a_row_and_comes_back(account: Callable[..., Any]) -> None:
    """Trash is a state of the ticket, not its end."""
    with account(tickets=60) as acme:
        acme.sync()
        live = [key for _, key in acme.world.shelves["live"].updated_at[-3:]]
        acme.world.clock.advance(timedelta(hours=1))
        acme.world.trash(live[0])
        acme.world.mark_spam(live[1])
        acme.sync(derive=True)
        assert acme.differences() + acme.child_differences() == []
        acme.world.clock.advance(timedelta(hours=1))
        acme.world.restore(live[0])
        acme.world.unmark_spam(live[1])
        acme.sync(derive=True)
        assert acme.differences() + acme.child_differences() == []


def test_an_absent_ticket_is_not_taken_for_deleted(account: Callable[..., Any]) -> None:
    """Archived tickets leave every list too, and are as good as ever."""
    with account(tickets=60) as acme:
        acme.sync()
        ticket = acme.world.shelves["live"].updated_at[0][1]
        acme.world.archive(ticket)
        acme.world.clock.advance(timedelta(hours=1))
        acme.sync()
        alive = f"select _deleted_at is null from replica.freshdesk.tickets where id = {ticket}"
        assert acme.query(alive) == [(True,)]


def test_a_ticket_purged_before_its_conversations_are_read_is_marked_and_no_error(
    account: Callable[..., Any],
) -> None:
    """Between the list and the call for the conversations, a night may pass."""
    with account(tickets=60) as acme:
        purged: list[int] = []

        def purge(request: Any) -> None:
            if request.template == "tickets/{id}/conversations" and not purged:
                purged.append(int(request.path.split("/")[-2]))
                acme.world.purge(purged[0])

        acme.server.before_request(purge)
        acme.sync()
        assert acme.query(
            f"select _deleted_at is null from replica.freshdesk.tickets where id = {purged[0]}"
        ) == [(False,)]
        # How many tickets an agent has may have been read before.
        lasting = [table.name for table in acme.catalog if table.name != "agent_availability"]
        assert acme.differences(only=lasting) == []
