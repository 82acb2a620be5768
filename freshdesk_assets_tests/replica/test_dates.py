"""Rows with dates that people set: complete at the first sync, and again once a week by night."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb

from freshdesk_assets.orchestration.names import WHOLE
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.truth import surplus

HOUR = timedelta(hours=1)
DATED = ["tickets", "time_entries", "satisfaction_ratings"]


def ago(acme: Account, days: int) -> str:
    """A moment some days ago, as Freshdesk writes it."""
    return (acme.world.clock.now() - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def a_ticket(acme: Account) -> int:
    """A ticket of the normal list."""
    number: int = acme.world.shelves["live"].updated_at[-1][1]
    return number


def stored(acme: Account, entry: int) -> bool:
    """Whether the replica has a time entry."""
    query = f"select count(*) from freshdesk.time_entries where id = {entry} and _deleted_at is null"
    return acme.query(query) == [(1,)]


def let_a_week_pass(acme: Account) -> None:
    """Since the whole lists were read."""
    with duckdb.connect(str(acme.path)) as connection:
        connection.execute("update freshdesk_meta.reread set began_at = began_at - interval 8 days")


def test_an_entry_dated_back_is_found_at_the_first_sync_and_within_a_week(
    account: Callable[..., Any],
) -> None:
    """An agent notes today what was done last year: neither the last days nor the start date show it."""
    with account(tickets=40) as acme:
        first = acme.world.add_time_entry(a_ticket(acme), executed_at=ago(acme, 400))
        acme.sync(select=DATED)
        assert stored(acme, first)
        assert acme.differences(only=DATED) == []

        acme.world.clock.advance(HOUR)
        second = acme.world.add_time_entry(a_ticket(acme), executed_at=ago(acme, 300))
        ((rating,),) = acme.query(
            "select id from freshdesk.satisfaction_ratings where _deleted_at is null"
            " order by created_at limit 1"
        )
        acme.world.change_rating(rating, value=-103, feedback="Changed my mind.")
        acme.world.delete_time_entry(first)
        acme.sync(select=DATED)
        assert acme.server.meter.calls["time_entries"] == 1
        acme.reconcile(select=DATED)
        assert acme.server.meter.calls["surveys/satisfaction_ratings"] == 0
        let_a_week_pass(acme)
        acme.reconcile(select=DATED)
        assert acme.server.meter.calls["time_entries"] == 1
        assert acme.server.meter.calls["surveys/satisfaction_ratings"] == 1
        assert stored(acme, second)
        assert acme.query(f"select feedback from freshdesk.satisfaction_ratings where id = {rating}") == [
            ("Changed my mind.",)
        ]
        assert surplus(acme.path, acme.world, "time_entries") == set()
        acme.reconcile(select=["satisfaction_ratings"])
        assert acme.server.meter.credits == 0


def test_an_entry_dated_back_is_found_whichever_partition_is_run_first(account: Callable[..., Any]) -> None:
    """No partition holds a day before the start date, and a backfill may run them in any order."""
    with account(tickets=10) as acme:
        entry = acme.world.add_time_entry(a_ticket(acme), executed_at=ago(acme, 400))
        last = partitions_of(acme.partitioning).get_last_partition_key()
        acme.run(last, last, select=["time_entries"])
        assert stored(acme, entry)
        assert acme.differences(only=["time_entries"]) == []
        acme.run(last, last, select=["time_entries"])
        assert acme.server.meter.requests == 1

        with acme.writing() as file:
            file.execute(f"update freshdesk.time_entries set note = 'not what was noted' where id = {entry}")
        acme.run(last, last, {WHOLE: "true"}, select=["time_entries"])
        assert acme.differences(only=["time_entries"]) == []


def test_a_replica_that_begins_at_its_start_date_is_completed_by_night_within_the_budget(
    account: Callable[..., Any],
) -> None:
    """One of an earlier version; its next sync costs what it did, and what the night costs is bounded."""
    with account(tickets=40) as acme:
        early = acme.world.add_time_entry(a_ticket(acme), executed_at=ago(acme, 400))
        acme.sync(select=DATED)
        with duckdb.connect(str(acme.path)) as connection:
            since = acme.partitioning.since
            connection.execute(f"delete from freshdesk.time_entries where id = {early}")
            connection.execute("delete from freshdesk_meta.row_counts")
            connection.execute(
                "update freshdesk_meta.coverage set covered_from = greatest(covered_from, ?)", [since]
            )
        acme.sync(select=DATED)
        assert acme.server.meter.calls["time_entries"] == 1
        assert not stored(acme, early)
        acme.decide(reconcile_credits=0)
        result = acme.reconcile(select=["time_entries"])
        said = [entry.user_message for entry in acme.instance.all_logs(result.run_id)]
        assert any("rows dated back and late edits were not looked for" in line for line in said)
        assert not stored(acme, early)
        acme.decide(reconcile_credits=500)
        acme.reconcile(select=["time_entries"])
        assert stored(acme, early)
