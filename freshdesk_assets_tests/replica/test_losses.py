"""Rows that are not there are read again, whatever the ledger says; and everything is, if told to.

Nor is a list believed at once that lacks too many.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
import time_machine

from freshdesk_assets.replication.losses import forget_lost
from freshdesk_assets.simulator.world import World
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.replica.test_planning import hold_to

CONVERSATIONS = "tickets/{id}/conversations"
READ = ["agents", "companies", "contacts", "conversations", "tickets"]
MADE = ["contacts_history", "ticket_tags"]


def counts(acme: Any, names: Sequence[str]) -> dict[str, int]:
    """How many rows the tables have."""
    return {name: acme.query(f"select count(*) from freshdesk.{name}")[0][0] for name in names}


def lose(acme: Any) -> None:
    """Somebody empties some tables, drops others, and deletes a few rows, beside the replica."""
    with duckdb.connect(str(acme.path)) as file:
        file.execute("delete from freshdesk.contacts")
        file.execute("drop table freshdesk.companies")
        file.execute("delete from freshdesk.conversations where id % 2 = 0")
        file.execute("delete from freshdesk.tickets where id = (select max(id) from freshdesk.tickets)")
        file.execute("delete from freshdesk.ticket_tags")
        file.execute("drop table freshdesk.contacts_history")


@pytest.mark.long
def test_rows_that_somebody_removed_are_read_and_made_again(account: Callable[..., Any]) -> None:
    """By the next sync, whatever the ledger and Dagster remember; and only what has lost rows."""
    with account(tickets=30) as acme:
        chosen = [*READ, *MADE]
        acme.sync(derive=True, select=chosen)
        before = counts(acme, chosen)
        assert all(before.values())
        lose(acme)
        acme.sync(derive=True, select=chosen)
        assert counts(acme, chosen) == before
        assert acme.differences(only=READ) == []
        assert acme.server.meter.calls["agents/{id}"] == 0

        acme.sync(derive=True, select=chosen)
        assert acme.server.meter.calls[CONVERSATIONS] == acme.server.meter.calls["contacts/{id}"] == 0


def test_a_loss_is_told_once_and_forgets_only_what_was_lost(account: Callable[..., Any]) -> None:
    """A run that ends before the table is read must not find the loss again and lose what was read since."""
    with account(tickets=20) as acme:
        acme.sync(derive=True, select=["companies", "agents", "agent_roles"])
        warehouse = Warehouse(acme.path)
        assert forget_lost(warehouse, acme.catalog) == []
        with acme.writing() as file:
            file.execute("delete from freshdesk.companies where rowid = 0")
            file.execute("drop table freshdesk.agent_roles")
        roles, companies = forget_lost(warehouse, acme.catalog)
        assert roles.startswith("agent_roles is not there any more, and ")
        assert companies == (
            "companies has 4 rows, and 5 were stored: something else has removed them."
            " It is read again from the beginning."
        )
        assert forget_lost(warehouse, acme.catalog) == []
        remembered = "select distinct table_name from freshdesk_meta.parents_read"
        assert acme.query(remembered) == [("agents",)]
        assert acme.query("select count(*) from freshdesk_meta.coverage") == [(0,)]


def test_whole_reads_everything_again_and_keeps_what_was(account: Callable[..., Any]) -> None:
    """It finds what no sign tells of, costs what the plan says, and loses neither row nor state."""
    with account(tickets=30) as acme:
        chosen = " or ".join(f'key:"freshdesk/{name}"' for name in READ)
        acme.sync(derive=True, select=[*READ, "contacts_history"])
        before, states = counts(acme, READ), counts(acme, ["contacts_history"])
        moment = acme.query("select max(_synced_at) from freshdesk.contacts")
        # Nothing is told apart from what is stored but the values themselves.
        with acme.writing() as file:
            file.execute("update freshdesk.contacts set tags = ['not', 'Freshdesk'], twitter_id = 'nobody'")
            file.execute("update freshdesk.conversations set body_text = 'not what was said'")
            file.execute("update freshdesk.agents set role_ids = [1]")
        hold_to(acme, selection=chosen, whole=True)
        assert acme.differences(only=READ) == []
        assert counts(acme, READ) == before
        assert acme.query("select max(_synced_at) from freshdesk.contacts") > moment
        assert counts(acme, ["contacts_history"])["contacts_history"] >= states["contacts_history"]


def test_an_empty_or_halved_list_marks_nobody_as_deleted(account: Callable[..., Any]) -> None:
    """Agents cannot be none, for the key is one's; companies are read whole again the next night."""
    with account(world=World(tickets=20, companies=30, agents=9)) as acme:
        gone = "select count(*) from freshdesk.{} where _deleted_at is not null"
        acme.sync(select=["agents", "companies"])
        acme.server.faults.add("short_list", path="agents")
        result = acme.sync(select=["agents"])
        assert acme.metadata(result, "agents")["rows_held_back"] == 9
        acme.sync(select=["agents"])
        assert acme.query(gone.format("agents")) == [(0,)]

        later = timedelta(days=8)
        with time_machine.travel(datetime.now(UTC) + later, tick=True):
            acme.server.faults.add("short_list", path="companies", rows=5)
            for held_back in (25, 0):
                result = acme.reconcile(select=["companies"])
                assert acme.metadata(result, "companies").get("rows_held_back", 0) == held_back
                assert acme.server.meter.calls["companies"] == 1
            assert acme.query(gone.format("companies")) == [(0,)]
            acme.reconcile(select=["companies"])
            assert acme.server.meter.calls["companies"] == 0
