"""Credits are money: what was spent is known to the last one, and a budget is kept and gone on from."""

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets_tests.replica.test_runs import CONVERSATIONS, TABLES_ALONE, command

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


def test_run_after_run_on_a_small_budget_comes_to_the_truth(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps what it has read and none begins anew; no credit too many, next to none for nothing."""
    with account(tickets=60) as acme:
        acme.sync()
        whole = acme.server.meter.credits
        acme.path.unlink()
    with account(tickets=60) as acme:
        monkeypatch.setenv("FRESHDESK_RUN_CREDITS", "50")
        spent, runs = 0, 0
        while acme.server.meter.requests or not runs:
            result = acme.sync()
            assert acme.server.meter.credits <= 50
            spent += acme.server.meter.credits
            runs += 1
            if not any(
                "left_open" in each.materialization.metadata
                for each in result.get_asset_materialization_events()
            ):
                break
            assert runs < 30
        assert runs >= whole // 50
        assert acme.differences() == []
        assert spent <= whole * 1.05 + runs
        assert acme.query(SPENT)[0][1] == spent


def test_a_day_has_one_budget_for_all_its_runs(account: Callable[..., Any]) -> None:
    """A schedule runs a hundred times a day; an account is shared with the customer's other tools."""
    with account(tickets=60) as acme:
        for _ in range(2):
            process = command(acme, "sync", *TABLES_ALONE, FRESHDESK_DAY_CREDITS="60")
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 0, output
            assert "The budget is spent, what was read is stored; run again to go on" in output
            assert "tickets to be asked" in output.replace("\n", " ")
            assert 60 - 5 < acme.server.meter.credits <= 60
        assert acme.query(SPENT)[0][1] == acme.server.meter.credits
