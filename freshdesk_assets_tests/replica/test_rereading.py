"""Backfills: what moves no ticket is seen when its days are read again, and is paid for once."""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshdesk_assets.orchestration.names import REQUESTED_AT
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_runs import command

CONVERSATIONS = "tickets/{id}/conversations"
HOUR = timedelta(hours=1)
CHOSEN = ["tickets", "conversations", "time_entries", "agents"]


def window(acme: Account) -> tuple[str, str]:
    """Every partition of the account."""
    return f"{acme.partitioning.since:%Y-%m-01}", f"{acme.world.clock.now():%Y-%m-01}"


def requested(moment: datetime) -> dict[str, str]:
    """The tag of a run that continues a backfill requested then."""
    return {REQUESTED_AT: moment.isoformat()}


def test_reading_again_asks_each_ticket_that_has_conversations_once(account: Callable[..., Any]) -> None:
    """An edited note moves neither its own version nor its ticket's; nor need a deleted one.

    A ticket without any has nothing to edit, and the first note on it moves it.
    """
    with account(tickets=60) as acme:
        acme.world.unsettled_bumps = False
        acme.sync(select=CHOSEN)
        acme.world.clock.advance(HOUR)
        acme.sync(select=CHOSEN)
        (paid,) = acme.query("select count(distinct ticket_id) from replica.freshdesk.conversations")[0]
        ids = "select id from replica.freshdesk.conversations order by 1 limit 2"
        edited, deleted = [key for (key,) in acme.query(ids)]
        acme.world.edit_note(edited, text="Edited without a sign.")
        acme.world.delete_conversation(deleted)
        acme.sync(select=CHOSEN)
        assert acme.server.meter.calls[CONVERSATIONS] == 0
        acme.run(*window(acme), select=CHOSEN)
        asked = [line.path for line in acme.server.meter.log if line.template == CONVERSATIONS]
        assert len(set(asked)) == paid
        assert acme.query(
            f"select body_text, _deleted_at is null from replica.freshdesk.conversations where id = {edited}"
        ) == [("Edited without a sign.", True)]
        assert acme.query(
            f"select _deleted_at is null from replica.freshdesk.conversations where id = {deleted}"
        ) == [(False,)]


@pytest.mark.long
def test_two_backfills_that_overlap_read_once(account: Callable[..., Any]) -> None:
    """What the first backfill reads after the second was requested, the second does not read again."""
    with account(tickets=150) as acme:
        acme.sync(select=CHOSEN)
        acme.world.clock.advance(HOUR)
        acme.sync(select=CHOSEN)
        both_asked_for = datetime.now(UTC)
        acme.run(*window(acme), requested(both_asked_for), select=CHOSEN)
        first, calls = acme.server.meter.credits, acme.server.meter.calls[CONVERSATIONS]
        assert calls > 0
        acme.run(*window(acme), requested(both_asked_for), select=CHOSEN)
        assert acme.server.meter.calls[CONVERSATIONS] == 0
        assert acme.server.meter.calls["agents"] == 0
        assert acme.server.meter.credits < first / 8
        acme.run(*window(acme), select=CHOSEN)
        assert acme.server.meter.calls[CONVERSATIONS] == calls
        assert acme.differences(only=CHOSEN) == []


def test_an_interrupted_backfill_resumes_where_it_was(account: Callable[..., Any]) -> None:
    """A run that executes a failed one again has its time of request: it does not read what the other stored.

    Calls under way when the first failed are made twice. Their number depends on the machine.
    """
    with account(tickets=150) as acme:
        acme.sync(select=CHOSEN)
        keys = [acme.server.switches.key, "another"]

        def withdraw_the_key(_request: Any) -> None:
            if acme.server.meter.calls[CONVERSATIONS] == 30 and len(keys) > 1:
                acme.server.switches.key = keys.pop()

        acme.server.before_request(withdraw_the_key)
        began = datetime.now(UTC)
        failed = acme.run(*window(acme), select=CHOSEN, expect=False)
        stored = acme.query(
            "select parent_id from replica.freshdesk_meta.parents_read where table_name = 'conversations'"
            f" and asked_at >= '{began.isoformat()}'"
        )
        assert len(stored) > 10
        (acme.server.switches.key,) = keys
        again = {"dagster/root_run_id": failed.run_id, "dagster/parent_run_id": failed.run_id}
        acme.run(*window(acme), again, select=CHOSEN)
        paths = [line.path for line in acme.server.meter.log if line.template == CONVERSATIONS]
        asked = {int(path.split("/")[-2]) for path in paths}
        assert asked
        assert not asked & {ticket for (ticket,) in stored}
        assert acme.differences(only=CHOSEN) == []


@pytest.mark.long
def test_killed_at_the_command_line_it_goes_on_when_it_is_asked_for_again(
    account: Callable[..., Any],
) -> None:
    """The same command again means the backfill that did not end."""
    with account(tickets=150, latency_ms=8) as acme:
        chosen = " or ".join(f"key:freshdesk/{name}" for name in CHOSEN)
        first, last = acme.partitioning.start, acme.world.clock.now()
        again = ("sync", "--from", f"{first:%Y-%m-%d}", "--to", f"{last:%Y-%m-%d}", "--select", chosen)
        output, _ = command(acme, "sync", "--select", chosen).communicate(timeout=120)
        acme.world.clock.advance(HOUR)
        (whole,) = acme.query("select count(distinct ticket_id) from replica.freshdesk.conversations")[0]
        acme.server.meter.reset()
        process = command(acme, *again)
        while process.poll() is None and acme.server.meter.calls[CONVERSATIONS] < whole * 0.6:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        output, _ = command(acme, *again).communicate(timeout=120)
        assert "Continuing the backfill requested at" in output, output
        assert acme.server.meter.calls["tickets"] < 16
        assert acme.differences(only=CHOSEN) == []
