"""What is refused is refused for what it is: a row, a list, or everything."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.commands.doctor import examine
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_runs import CONVERSATIONS

TALK = ["tickets", "conversations"]


def asked(acme: Account, ticket: int) -> int:
    """How often a ticket was asked for its conversations in the last run."""
    path = f"/api/v2/tickets/{ticket}/conversations"
    return sum(line.path == path for line in acme.server.meter.log)


def failed(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """What the steps that failed say."""
    return {
        str(event.step_key).rpartition("__")[2]: str(event.step_failure_data.user_failure_data.description)
        for event in result.get_step_failure_events()
        if event.step_failure_data.user_failure_data
    }


def causes(result: dg.ExecuteInProcessResult) -> list[str]:
    """What the steps that failed say, else why the run did not begin."""
    ended = [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    return list(failed(result).values()) or [error.message for error in ended if error]


def refused_rows(result: dg.ExecuteInProcessResult, table: str) -> dg.AssetCheckEvaluation:
    """The check of a table that tells of its refused rows."""
    (check,) = [
        each
        for each in result.get_asset_check_evaluations()
        if each.check_name == "refused_rows" and each.asset_key.path[-1] == table
    ]
    return check


def test_one_refused_ticket_is_set_aside_told_of_and_asked_again(
    account: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole table was left out for one ticket, as if the key had no right to any."""
    with account(tickets=60) as acme:
        (number,) = acme.world.shelves["live"].updated_at[20][1:]
        path = CONVERSATIONS
        acme.server.faults.add("refused", path=path, id=number, times=None, code="access_denied")
        result = acme.sync(select=TALK, check=True)
        talk = acme.world.truth("conversations")
        assert {talk[each.key]["ticket_id"] for each in acme.differences(only=TALK)} == {number}
        told = acme.metadata(result, "conversations")
        assert "refused: 1 by 403 access_denied; asked for again from" in told["set_aside"]
        assert "skipped" not in told
        check = refused_rows(result, "conversations")
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert check.metadata["examples"].value == [{"id": number}]
        examine(acme.catalog, acme.settings)
        assert "conversations: rows are set aside" in capsys.readouterr().out
        state = "select unfinished, finished_at is not null from replica.freshdesk_meta.read_state"
        assert acme.query(f"{state} where table_name = 'conversations'") == [(None, True)]

        acme.world.clock.advance(timedelta(minutes=20))
        result = acme.sync(select=TALK)
        assert asked(acme, number) == 0
        assert "set_aside" in acme.metadata(result, "conversations")

        acme.server.faults.clear()
        acme.world.reply(number)
        acme.world.clock.advance(timedelta(minutes=20))
        result = acme.sync(select=TALK, check=True)
        assert acme.differences(only=TALK) == []
        assert "set_aside" not in acme.metadata(result, "conversations")
        assert refused_rows(result, "conversations").passed


def test_a_contact_whose_own_call_is_refused_costs_no_other(account: Callable[..., Any]) -> None:
    """The same for calls that complete a row of their own table."""
    with account(tickets=30) as acme:
        number = min(acme.world.contacts)
        acme.server.faults.add("refused", path="contacts/{id}", id=number, times=None, status=410)
        result = acme.sync(select=["contacts"])
        assert "1 by 410" in acme.metadata(result, "contacts")["set_aside"]
        assert {each.key for each in acme.differences(only=["contacts"])} == {number}
        acme.sync(select=["contacts"])
        assert acme.server.meter.calls["contacts/{id}"] == 0


def test_a_doubted_row_that_is_refused_stays_and_costs_no_other(account: Callable[..., Any]) -> None:
    """A firewall that dislikes one address must not end the search for deleted rows."""
    with account(tickets=40) as acme:
        acme.sync(select=["tickets"])
        acme.world.clock.advance(timedelta(hours=1))
        refused, purged = [number for _, number in acme.world.shelves["live"].updated_at][:2]
        acme.world.archive(refused)
        acme.world.purge(purged)
        acme.server.faults.add("refused", path="tickets/{id}", id=refused, times=None, html=True)
        acme.reconcile(select=["tickets"])
        gone = acme.query("select id from replica.freshdesk.tickets where _deleted_at is not null")
        assert gone == [(purged,)]
        assert acme.query("select row_id from replica.freshdesk_meta.doubts") == [(refused,)]


def test_the_doctor_says_what_is_next_where_a_list_is_refused(
    account: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A role that lacks a right is left alone by a sync; a list that the account lacks is not."""
    with account(tickets=5) as acme:
        acme.server.switches.forbidden = {"roles", "tickets"}
        acme.server.faults.add("gone", path="groups", times=None)
        acme.server.faults.add("gone", path="admin/groups", times=None)
        assert examine(acme.catalog, acme.settings) == 1
        told = " ".join(capsys.readouterr().out.split())
    assert re.search(r"A sync leaves out [a-z_, ]*\broles\b[a-z_, ]*, and fails of those", told), told
    assert re.search(r"A sync leaves out [a-z_, ]*\bconversations\b", told), told
    assert re.search(r"A sync fails of [a-z_, ]*\bgroups\b[a-z_, ]* and reads the others\. Do what", told), (
        told
    )
    assert "Next: mend what is marked above" in told


@pytest.mark.parametrize(("table", "select"), [("roles", ["roles"]), ("conversations", TALK)])
def test_a_table_that_was_read_and_is_refused_now_fails_and_keeps_its_rows(
    account: Callable[..., Any], table: str, select: list[str]
) -> None:
    """Somebody took a right from the key. With a warning, the replica would stand still unnoticed."""
    with account(tickets=40) as acme:
        acme.sync(select=select)
        before = acme.query(f"select count(*) from replica.freshdesk.{table}")
        acme.server.switches.forbidden = {"roles", CONVERSATIONS}
        for number in [number for _, number in acme.world.shelves["live"].updated_at][:12]:
            acme.world.reply(number)
        acme.world.clock.advance(timedelta(minutes=20))
        result = acme.sync(select=select, expect=False)
        assert failed(result).keys() == {table}
        assert f"{table} was read before and is refused now" in failed(result)[table]
        assert "not authorized" in failed(result)[table]
        assert acme.query(f"select count(*) from replica.freshdesk.{table}") == before
        assert acme.query("select count(*) from replica.freshdesk_meta.set_aside") == [(0,)]
        acme.server.switches.forbidden = set()
        acme.sync(select=select)
        assert acme.differences(only=select) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"html": True}, "web page (status 403)"),
        ({"code": "account_suspended"}, "the account is suspended"),
        ({"code": "access_denied"}, "not authorized"),
    ],
)
def test_an_account_that_refuses_everything_fails_the_run_with_one_sentence(
    account: Callable[..., Any], options: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for each table, or a run that calls it done, helps nobody."""
    with account(tickets=30) as acme:
        acme.server.faults.add("refused", times=None, **options)
        result = acme.sync(expect=False)
        (cause,) = causes(result)
        assert said in cause
        assert acme.server.meter.requests <= len(acme.catalog) + 3
        capsys.readouterr()
        assert examine(acme.catalog, acme.settings) == 1
        told = " ".join(capsys.readouterr().out.split())
        assert said in told
        assert "replicated" not in told
        # The next run waits for no slot of this one.
        acme.server.faults.clear()
        acme.sync(select=["groups"])
        assert acme.differences(only=["groups"]) == []


def test_an_address_that_is_blocked_midway_ends_the_run_with_what_was_read(
    account: Callable[..., Any],
) -> None:
    """A firewall counts calls: what came before is stored, and no ticket is taken for refused."""
    with account(tickets=80) as acme:
        acme.server.faults.add("refused", path=CONVERSATIONS, times=None, after=30, html=True)
        acme.server.faults.add("refused", path="agents/me", times=None, html=True)
        result = acme.sync(select=TALK, expect=False)
        assert failed(result).keys() == {"conversations"}
        assert acme.query("select count(*) from replica.freshdesk_meta.parents_read") == [(30,)]
        assert acme.query("select count(*) from replica.freshdesk_meta.set_aside") == [(0,)]
        acme.server.faults.clear()
        acme.sync(select=TALK)
        assert acme.differences(only=TALK) == []
