"""A clock that is wrong, ours or Freshdesk's, skips nothing once it is right again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from freshdesk_assets.replication.losses import doubt_ledger
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.overreach import MARGIN

READ = ["contacts", "conversations", "groups", "agents", "tickets", "time_entries"]
DAYS = timedelta(days=1)


def test_what_changes_while_freshdesks_date_is_ahead_is_read(account: Callable[..., Any]) -> None:
    """Coverage that ran ahead with it would leave these changes out for good."""
    with account(tickets=30) as acme:
        # The account's own clock is two days behind ours, so that neither is right.
        acme.server.switches.date_ahead = (7 * DAYS).total_seconds()
        acme.sync(select=READ)
        acme.world.clock.advance(timedelta(minutes=30))
        acme.world.bulk_update(5)
        acme.world.day_of_changes()
        acme.server.switches.date_ahead = 0
        acme.sync(select=READ)
        assert acme.differences(only=READ) == []


@pytest.mark.long
def test_nothing_is_skipped_after_a_sync_by_a_clock_years_ahead(account: Callable[..., Any]) -> None:
    """Times in the ledger that are still to come are those of a clock that was wrong."""
    with account(tickets=30) as acme:
        acme.world.unsettled_bumps = False
        with time_machine.travel(datetime.now(UTC) + 800 * DAYS, tick=True):
            acme.sync(select=READ)
        acme.world.day_of_changes()
        acme.sync(select=READ)
        assert acme.differences(only=READ) == []
        note = acme.query("select min(id) from freshdesk.conversations where _deleted_at is null")[0][0]
        acme.world.edit_note(note, text="Edited without a sign.")
        acme.run(f"{acme.partitioning.since:%Y-%m-01}", f"{acme.world.clock.now():%Y-%m-01}", select=READ)
        assert acme.differences(only=["conversations"]) == []


def test_coverage_beyond_now_is_cut_back_to_the_rows(account: Callable[..., Any]) -> None:
    """A replica of before may have it, from a day when a clock was wrong."""
    with account(tickets=20) as acme:
        acme.sync(select=["companies", "tickets"])
        ahead = datetime.now(UTC) + 30 * DAYS
        with acme.writing() as file:
            file.execute("update freshdesk_meta.coverage set covered_to = ?", [ahead])
        told = doubt_ledger(Warehouse(acme.path), acme.catalog)
        assert [said.split(" counted")[0] for said in told] == ["companies", "tickets"]
        (newest,) = acme.query("select max(updated_at) from freshdesk.tickets")[0]
        reached = "select distinct covered_to from freshdesk_meta.coverage where table_name = 'tickets'"
        assert acme.query(reached) == [(newest - MARGIN,)]
        assert doubt_ledger(Warehouse(acme.path), acme.catalog) == []
