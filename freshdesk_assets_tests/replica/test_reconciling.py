"""Deleted rows are marked, archived ones are kept, and finding out stays within its budget."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_runs import command
from freshdesk_assets_tests.replica.truth import surplus, wrongly_marked

HOUR = timedelta(hours=1)
TICKETS = ["tickets", "conversations", "time_entries", "satisfaction_ratings"]


def live(acme: Account, count: int) -> list[int]:
    """Stored tickets of the normal list, those with most conversations first."""
    rows = acme.query(
        "select t.id from replica.freshdesk.tickets t left join replica.freshdesk.conversations c"
        " on c.ticket_id = t.id where not t.spam and not t.deleted group by 1 order by count(c.id) desc, 1"
    )
    return [key for (key,) in rows[:count]]


def standing(acme: Account, ids: list[int]) -> list[str]:
    """What the replica says of tickets."""
    states = dict(
        acme.query(
            "select id, case when _deleted_at is not null then 'gone' when archived then 'archived'"
            " else 'there' end from replica.freshdesk.tickets"
        )
    )
    return [states[key] for key in ids]


def living(acme: Account, table: str, ticket: int) -> int:
    """How many rows of a table stand for a ticket."""
    ((count,),) = acme.query(
        f"select count(*) from replica.freshdesk.{table} where ticket_id = {ticket} and _deleted_at is null"
    )
    return int(count)


def let_a_week_pass(acme: Account) -> None:
    """Since the whole lists were read."""
    with duckdb.connect(str(acme.path)) as connection:
        connection.execute("update replica.freshdesk_meta.listed set listed_at = listed_at - interval 8 days")


@pytest.mark.parametrize("archived_view", ["missing", "redirect", "flagged", "plain"])
def test_purged_and_archived_tickets_are_told_apart(account: Callable[..., Any], archived_view: str) -> None:
    """Both leave every list without a sign; what an archived ticket's own URL answers is not established."""
    with account(tickets=40, archived_view=archived_view) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        purged, archived, there = live(acme, 3)
        acme.world.purge(purged)
        acme.world.archive(archived)
        assert standing(acme, [purged, archived, there]) == ["there"] * 3
        acme.reconcile(select=["tickets", "time_entries"])
        assert standing(acme, [purged, archived, there]) == ["gone", "archived", "there"]
        assert wrongly_marked(acme.path, acme.world) == set()
        assert living(acme, "conversations", purged) == 0
        assert living(acme, "conversations", archived) > 0
        for table in TICKETS:
            assert surplus(acme.path, acme.world, table) == set()
        assert acme.differences(only=["tickets"]) == []
        acme.reconcile(select=["tickets"])
        assert acme.server.meter.calls["tickets/{id}"] == 0
        assert acme.server.meter.calls["tickets/archived/{id}"] == 0


def test_on_a_plan_without_the_archive_what_is_missing_is_gone(account: Callable[..., Any]) -> None:
    """After the first refusal, and those of calls then under way, doubts cost no call of the archive."""
    with account(tickets=40, missing_features={"Archive Tickets"}) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        purged = live(acme, 24)
        for ticket in purged:
            acme.world.purge(ticket)
        acme.reconcile(select=["tickets"])
        assert standing(acme, purged) == ["gone"] * 24
        assert acme.server.meter.calls["tickets/archived/{id}"] <= 16


def test_a_ticket_that_the_key_may_not_see_is_not_taken_for_gone(account: Callable[..., Any]) -> None:
    """Its agent may have lost a right; the doubt is kept, and does not cost a credit every night."""
    with account(tickets=40) as acme:
        acme.sync(select=["tickets"])
        acme.world.clock.advance(HOUR)
        ticket = live(acme, 1)
        acme.world.purge(ticket[0])
        acme.server.switches.forbidden = {"tickets/{id}"}
        acme.reconcile(select=["tickets"])
        assert standing(acme, ticket) == ["there"]
        acme.reconcile(select=["tickets"])
        assert acme.server.meter.calls["tickets/{id}"] == 0


def test_the_budget_is_obeyed_and_the_next_night_goes_on(account: Callable[..., Any]) -> None:
    """The account's other tools live on the same credits; the oldest doubt is asked first."""
    with account(tickets=60) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        gone = live(acme, 12)
        for ticket in gone[:6]:
            acme.world.purge(ticket)
        acme.decide(reconcile_credits=12)
        acme.sync(select=["tickets"])
        for_changes = acme.server.meter.credits
        marked = [0]
        for night in range(6):
            acme.reconcile(select=["tickets"])
            assert acme.server.meter.credits <= 12 + for_changes
            marked.append(standing(acme, gone).count("gone"))
            if night == 0:
                for ticket in gone[6:]:
                    acme.world.purge(ticket)
            # Those doubted on an earlier night go first.
            assert marked[-1] <= 6 or standing(acme, gone[:6]) == ["gone"] * 6
        assert 0 < marked[1] < 6
        assert marked[-1] == 12


def test_a_name_ordered_list_that_exceeds_the_budget_is_left_out_and_said(
    account: Callable[..., Any],
) -> None:
    """It cannot be read in part: whoever is missing from half a list may be in the other half."""
    with account(tickets=40) as acme:
        acme.sync(select=["contacts"])
        let_a_week_pass(acme)
        acme.decide(reconcile_credits=2)
        result = acme.reconcile(select=["contacts"])
        assert acme.server.meter.calls["contacts"] == 0
        said = [entry.user_message for entry in acme.instance.all_logs(result.run_id)]
        (warning,) = [line for line in said if "FRESHDESK_RECONCILE_CREDITS" in line]
        assert "about 3 credits" in warning


@pytest.mark.long
def test_people_who_leave_the_lists_are_marked_and_come_back(account: Callable[..., Any]) -> None:
    """Changes tell neither of a hard deletion nor of a contact that became an agent: the whole list does."""
    with account(tickets=40) as acme:
        chosen = ["contacts", "companies", "agents"]
        acme.sync(select=[*chosen, "groups"])
        acme.world.clock.advance(HOUR)
        deleted, agent, soft, blocked, primary, secondary = acme.world.contact_pool[:6]
        company = next(iter(acme.world.tables["companies"]))
        acme.world.hard_delete_contact(deleted)
        acme.world.make_agent(agent)
        acme.world.delete_contact(soft)
        acme.world.block_contact(blocked)
        acme.world.merge_contacts(primary, secondary)
        acme.world.delete_company(company)
        acme.reconcile(select=["contacts", "companies"])
        assert acme.server.meter.calls["contacts"] == 0, "within the week nothing is due"
        let_a_week_pass(acme)
        acme.reconcile(select=["contacts", "companies"])
        acme.sync(select=[*chosen, "groups"])
        for table in chosen:
            assert surplus(acme.path, acme.world, table) == set()
        assert acme.differences(only=chosen) == []
        acme.world.clock.advance(HOUR)
        acme.world.delete_agent(agent)
        acme.world.restore_contact(soft)
        acme.world.block_contact(blocked, blocked=False)
        acme.world.restore_contact(secondary)
        acme.sync(select=[*chosen, "groups"])
        for table in chosen:
            assert surplus(acme.path, acme.world, table) == set()
        assert acme.differences(only=chosen) == []


def test_a_deleted_time_entry_is_asked_for_before_it_is_marked(account: Callable[..., Any]) -> None:
    """Its date can be edited: an entry that left the days that are read again may only have moved."""
    with account(tickets=60) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        stored = [key for (key,) in acme.query("select id from replica.freshdesk.time_entries order by 1")]
        deleted, moved = stored[:2]
        acme.world.delete_time_entry(deleted)
        entry = acme.world.tables["time_entries"][moved]
        entry["executed_at"] = f"{acme.world.clock.now() - timedelta(days=60):%Y-%m-%dT%H:%M:%SZ}"
        acme.reconcile(select=["tickets", "time_entries"])
        alive = "select id, executed_at::date from replica.freshdesk.time_entries where _deleted_at is null"
        found = dict(acme.query(alive))
        assert deleted not in found
        assert f"{found[moved]:%Y-%m-%d}" == entry["executed_at"][:10]
        assert surplus(acme.path, acme.world, "time_entries") == set()


def test_nothing_archived_is_ever_marked_as_deleted(account: Callable[..., Any]) -> None:
    """Whole windows read again, nights of reconciliation: archived tickets and what was said on them stay."""
    with account(tickets=40) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        archived = live(acme, 8)
        before = [living(acme, "conversations", ticket) for ticket in archived]
        for ticket in archived:
            acme.world.archive(ticket)
        first, last = f"{acme.partitioning.since:%Y-%m-01}", f"{acme.world.clock.now():%Y-%m-01}"
        for _ in range(2):
            acme.run(first, last, select=TICKETS)
            acme.reconcile(select=["tickets", "time_entries"])
        assert standing(acme, archived) == ["archived"] * 8
        assert [living(acme, "conversations", ticket) for ticket in archived] == before
        acme.run(first, last, select=TICKETS)
        assert acme.server.meter.calls["tickets/archived/{id}/conversations"] == 0


def test_days_of_changes_leave_nothing_that_is_gone(account: Callable[..., Any]) -> None:
    """The whole of it: after a reconciliation with enough credits the replica has no row too many."""
    with account(tickets=60, seed=9) as acme:
        acme.sync()
        for _ in range(3):
            acme.world.day_of_changes()
        acme.sync()
        let_a_week_pass(acme)
        acme.reconcile()
        acme.sync()
        for table in acme.catalog:
            # A conversation deleted without a sign is seen when its days are read again.
            if table.name != "conversations":
                assert surplus(acme.path, acme.world, table.name) == set()
        assert wrongly_marked(acme.path, acme.world) == set()
        assert acme.differences() == []


@pytest.mark.long
def test_the_command_line_finds_out_what_is_gone(account: Callable[..., Any]) -> None:
    """With what is made of it: child tables, histories and views of what is gone change too."""
    with account(tickets=30) as acme:
        acme.sync(select=TICKETS)
        acme.world.clock.advance(HOUR)
        (purged,) = live(acme, 1)
        acme.world.purge(purged)
        process = command(acme, "sync", "--reconcile", "--from", "2026-01-01")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 2, output
        process = command(acme, "sync", "--reconcile")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert acme.query(
            f"select deleted_in_freshdesk, archived from replica.relations.tickets where id = {purged}"
        ) == [(True, False)]
        assert living(acme, "conversations", purged) == 0
