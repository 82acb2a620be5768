"""Every credit spent is recorded, no budget is exceeded, and the next run continues."""

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import REPLICATE, REQUESTED_AT
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.runs.run_scope import run_scope, selected
from freshdesk_assets_tests.replica.test_runs import CONVERSATIONS, TABLES_ALONE, command

TICKETS_AND_TALK = 'key:"freshdesk/tickets" or key:"freshdesk/conversations"'

SPENT = "select sum(calls)::bigint, sum(credits)::bigint from replica.freshdesk_meta.credits"


def test_the_ledger_knows_every_credit_faults_included(account: Callable[..., Any]) -> None:
    """A call that Freshdesk answered with an error is paid like any other."""
    with account(tickets=40) as acme:
        for place, fault in enumerate(("bad_gateway", "reset", "truncated")):
            acme.server.faults.add(fault, times=1, after=5 + 20 * place)
        acme.server.switches.forbidden = {"roles"}
        result = acme.sync()
        assert acme.query(SPENT) == [(acme.server.meter.requests, acme.server.meter.credits)]
        by_table = dict(
            acme.query("select table_name, credits from replica.freshdesk_meta.credits where credits > 0")
        )
        assert by_table["conversations"] == acme.server.meter.credits_by_path[CONVERSATIONS]
        assert by_table["tickets"] == acme.metadata(result, "tickets")["api_credits"]
        assert acme.query("select distinct run_id from replica.freshdesk_meta.credits") == [(result.run_id,)]
        before = acme.server.meter.credits
        acme.world.clock.advance(timedelta(minutes=20))
        acme.sync(select=["tickets"])
        assert acme.query(SPENT)[0][1] == before + acme.server.meter.credits


def test_a_failed_run_has_told_what_it_spent(account: Callable[..., Any]) -> None:
    """The day's budget would be overdrawn by runs that fail again and again."""
    with account(tickets=150) as acme:
        acme.server.faults.add("link_loop", path="contacts", times=1)
        acme.sync(select=["contacts"], expect=False)
        assert acme.query(SPENT) == [(acme.server.meter.requests, acme.server.meter.credits)]


@pytest.mark.long
def test_a_killed_run_has_told_what_it_spent_on_what_it_stored(account: Callable[..., Any]) -> None:
    """A machine is switched off without asking, and the next run has the rest of the day's budget."""
    with account(tickets=200, latency_ms=8) as acme:
        process = command(acme, "sync", *TABLES_ALONE)
        while process.poll() is None and acme.server.meter.calls[CONVERSATIONS] < 60:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        told = dict(acme.query("select table_name, credits from replica.freshdesk_meta.credits"))
        paths = acme.server.meter.credits_by_path
        assert told["tickets"] == paths["tickets"]
        assert told["contacts"] == paths["contacts"] + paths["contacts/{id}"]


@pytest.mark.long
@pytest.mark.parametrize(
    "select",
    [
        ["agents", "contacts", "conversations", "groups", "tickets"],
        pytest.param(None, marks=pytest.mark.slow),
    ],
)
def test_run_after_run_on_a_small_budget_comes_to_the_truth(
    account: Callable[..., Any], select: list[str] | None
) -> None:
    """Each run keeps what it has read, none begins anew, and hardly a credit is wasted."""
    with account(tickets=60) as acme:
        acme.sync(select=select)
        whole = acme.server.meter.credits
        acme.path.unlink()
    with account(tickets=60) as acme:
        acme.decide(run_credits=50)
        spent: list[int] = []
        while len(spent) < 10:
            result = acme.sync(select=select)
            spent.append(acme.server.meter.credits)
            events = result.get_asset_materialization_events()
            if not any("unfinished" in event.materialization.metadata for event in events):
                break
        assert max(spent) == 50
        assert len(spent) == 1 + whole // 50
        assert sum(spent) <= whole * 1.05 + len(spent)
        assert acme.differences(only=select) == []
        assert acme.query(SPENT)[0][1] == sum(spent)


def test_a_backfill_that_ended_for_its_budget_goes_on_when_it_is_asked_for_again(
    account: Callable[..., Any],
) -> None:
    """Else each attempt would spend its budget on the same days."""
    with account(tickets=60) as acme:
        acme.sync(select=["tickets", "conversations"])
        acme.decide(run_credits=50)
        definitions = build_defs(acme.settings, acme.catalog, views=())
        asked_at, asked = set(), 0
        for _ in range(2):
            request = run_scope(
                selected(definitions, REPLICATE, TICKETS_AND_TALK),
                acme.instance,
                acme.catalog,
                acme.partitioning,
                duckdb_file(acme.settings).warehouse(),
                first=acme.partitioning.since,
                last=None,
                selection=TICKETS_AND_TALK,
            )
            result = acme.run(request.start, request.end, dict(request.tags), select=request.names)
            asked_at.add(request.tags[REQUESTED_AT])
            asked += acme.server.meter.calls[CONVERSATIONS]
        assert "unfinished" not in acme.metadata(result, "conversations")
        assert len(asked_at) == 1
        held = "select count(distinct ticket_id) from replica.freshdesk.conversations"
        assert asked <= acme.query(held)[0][0] + 5


def test_a_day_has_one_budget_for_all_its_runs(account: Callable[..., Any]) -> None:
    """A schedule runs a hundred times a day; an account is shared with the customer's other tools."""
    with account(tickets=60) as acme:
        for _ in range(2):
            process = command(acme, "sync", "--select", TICKETS_AND_TALK, FRESHDESK_DAY_CREDITS="60")
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 0, output
            assert "The credit budget is spent. What was read is stored; run again to continue" in output
            assert "tickets to be asked" in output.replace("\n", " ")
            assert 60 - 5 < acme.server.meter.credits <= 60
        assert acme.query(SPENT)[0][1] == acme.server.meter.credits
