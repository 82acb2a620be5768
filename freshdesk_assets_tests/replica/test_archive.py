"""What was archived before the first sync is found by id: all of it, once, within the credits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.commands.archive import read_ids
from freshdesk_assets.extract.archive import CONTROLS, NoArchive
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import NotAllowed
from freshdesk_assets.extract.set_aside import IN_A_ROW
from freshdesk_assets.orchestration.names import asset_key
from freshdesk_assets.orchestration.run_lock import run_lock
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.replica.archiving import (
    TABLES,
    TALK,
    TICKET,
    aged,
    archived,
    differing,
    gaps,
    pages,
    searched,
    searching,
)
from freshdesk_assets_tests.replica.test_reconciling import living, standing
from freshdesk_assets_tests.replica.test_runs import command
from freshdesk_assets_tests.replica.truth import wrongly_marked


def test_every_archived_ticket_is_found_with_what_was_said_on_it(account: Callable[..., Any]) -> None:
    """It costs the ids without a row and the pages of conversations, and nothing the second time."""
    with account(world=aged()) as acme:
        acme.sync(select=TABLES)
        before = acme.query("select count(*) from replica.freshdesk.tickets where archived")
        assert before == [(0,)]
        there, asked = archived(acme.world), gaps(acme.world)
        search = searched(acme)
        assert acme.server.meter.calls == {TICKET: len(asked), TALK: pages(acme.world, there)}
        assert (search.found, search.absent) == (len(there), len(asked) - len(there))
        assert search.credits == acme.server.meter.credits
        truth = acme.world.truth("tickets")
        assert differing(acme, "tickets", {key: truth[key] for key in there}, archived=True) == []
        talk = {k: row for k, row in acme.world.truth("conversations").items() if row["ticket_id"] in there}
        assert differing(acme, "conversations", talk, archived=True) == []
        searched(acme)
        assert acme.server.meter.credits == 0


def test_neither_a_sync_nor_a_reconciliation_asks_for_them_again(account: Callable[..., Any]) -> None:
    """They are in no list and older than the start date; that is no reason to doubt them."""
    with account(world=aged(seed=2)) as acme:
        acme.sync(select=TABLES)
        searched(acme)
        there = archived(acme.world)
        talk = [living(acme, "conversations", ticket) for ticket in there]
        acme.world.clock.advance(timedelta(hours=1))
        first = f"{acme.partitioning.since:%Y-%m-01}"
        for _ in range(2):
            acme.sync(select=TABLES)
            acme.reconcile(select=["tickets"])
            acme.run(first, f"{acme.world.clock.now():%Y-%m-01}", select=TABLES)
            calls = acme.server.meter.calls
            assert calls[TICKET] == calls[TALK] == 0
        assert standing(acme, there) == ["archived"] * len(there)
        assert [living(acme, "conversations", ticket) for ticket in there] == talk
        assert wrongly_marked(acme.path, acme.world) == set()
        assert acme.differences(only=TABLES) == []


def test_a_search_goes_on_where_its_credits_ended(account: Callable[..., Any]) -> None:
    """In pieces it costs the same as at once, and each piece no more than was allowed."""
    with account(world=aged(seed=3)) as acme:
        acme.sync(select=TABLES)
        there, asked = archived(acme.world), gaps(acme.world)
        whole = len(asked) + pages(acme.world, there)
        spent, left = 0, searching(acme).left()
        assert (left.ids, left.lists) == (len(asked), 0)
        while left.ids or left.lists:
            search = searched(acme, most=17, seconds=0.0)
            assert acme.server.meter.credits <= 17
            spent += acme.server.meter.credits
            left = search.left()
            assert (search.unfinished is None) == (left.ids == left.lists == 0)
        assert spent == whole
        assert standing(acme, there) == ["archived"] * len(there)
        ((recorded,),) = acme.query(
            "select sum(credits) from replica.freshdesk_meta.credits where purpose = 'archive'"
        )
        assert recorded == whole


def test_a_list_of_ids_costs_nothing_for_what_is_stored_or_known(
    account: Callable[..., Any], tmp_path: Path
) -> None:
    """The Archive view of Freshdesk's UI exports one (docs/freshdesk_api.md, 4.4)."""
    with account(world=aged(seed=4)) as acme:
        acme.sync(select=TABLES)
        there, absent = archived(acme.world)[:5], sorted(set(gaps(acme.world)) - set(archived(acme.world)))
        stored = [key for (key,) in acme.query("select id from replica.freshdesk.tickets limit 3")]
        listed = tmp_path / "archive.csv"
        lines = "\n".join(f'"a, subject",{key},5' for key in [*there, absent[0], *stored, there[0]])
        listed.write_text(f"\ufeffSubject,Ticket ID,Group ID\n{lines}\n\n", encoding="utf-8")
        given = read_ids(listed)
        assert given == (*there, absent[0], *stored)
        search = searched(acme, given=given)
        assert acme.server.meter.calls == {TICKET: 6, TALK: pages(acme.world, there)}
        assert (search.found, search.absent) == (5, 1)
        left = searched(acme, given=given).left()
        assert acme.server.meter.credits == 0
        assert (left.ids, left.stored, left.known) == (0, 8, 1)
        searched(acme, given=given, again=datetime.now(UTC))
        assert acme.server.meter.calls == {TICKET: 1}


def test_on_a_plan_without_an_archive_one_credit_says_so(account: Callable[..., Any]) -> None:
    with account(world=aged(), missing_features={"Archive Tickets"}) as acme:
        acme.sync(select=["tickets"])
        with pytest.raises(NoArchive, match="require_feature"):
            searched(acme)
        assert acme.server.meter.calls == {TICKET: 1}
        assert acme.query("select * from replica.freshdesk_meta.archive_asked") == []


def test_a_key_that_may_not_see_the_archive_is_not_taken_for_an_empty_one(
    account: Callable[..., Any],
) -> None:
    """With another key everything can be found still.

    Refused calls are paid for: those that raise the doubt, those under way by then, and those that settle it.
    """
    workers = signature(Client).parameters["workers"].default
    most = IN_A_ROW + 2 * workers + CONTROLS
    with account(world=aged(tickets=240)) as acme:
        assert len(gaps(acme.world)) > 2 * most
        acme.sync(select=["tickets"])
        acme.server.switches.forbidden = {TICKET}
        with pytest.raises(NotAllowed, match="access_denied"):
            searched(acme)
        assert acme.server.meter.credits <= most
        assert acme.query("select * from replica.freshdesk_meta.archive_asked") == []


def test_what_is_refused_is_remembered_and_what_fails_is_asked_again(account: Callable[..., Any]) -> None:
    with account(world=aged(seed=5)) as acme:
        acme.sync(select=TABLES)
        there = archived(acme.world)
        # The newest is asked for first, and alone.
        refused, failing, silent = there[-1], there[1], there[2]
        faults = acme.server.faults
        faults.add("refused", path=TICKET, id=refused, times=None, code="access_denied")
        faults.add("unavailable", path=TICKET, id=failing, times=None)
        faults.add("refused", path=TALK, id=silent, times=None, code="access_denied")
        search = searched(acme)
        assert (search.found, search.refused, search.unanswered) == (len(there) - 2, 1, 1)
        assert acme.query(
            "select row_id, refused from replica.freshdesk_meta.archive_asked where refused is not null"
        ) == [(refused, "403 access_denied")]
        assert acme.query("select parent_id, reason from replica.freshdesk_meta.set_aside") == [
            (silent, "403 access_denied")
        ]
        assert living(acme, "conversations", silent) == 0
        faults.clear()
        search = searched(acme)
        assert acme.server.meter.calls == {TICKET: 1, TALK: pages(acme.world, [failing])}
        searched(acme, again=datetime.now(UTC))
        assert standing(acme, [refused, failing, silent]) == ["archived"] * 3


def test_ids_far_below_everything_are_left_out_unless_asked_for(account: Callable[..., Any]) -> None:
    """The ids of an account may begin high; what turns up further down moves the limit down."""
    world = World(seed=6, tickets=120, now=datetime.now(UTC).replace(microsecond=0) - timedelta(days=2))
    kept = {15, 60, 75}
    for ticket in range(1, 90):
        (world.archive if ticket in kept else world.purge)(ticket)
    with account(world=world) as acme:
        acme.sync(select=["tickets"])
        left = searching(acme, far=20).left()
        assert (left.ids, left.below, left.first) == (20, 69, 70)
        search = searched(acme, far=20)
        assert sorted(
            key for (key,) in acme.query("select id from replica.freshdesk.tickets where archived")
        ) == [
            60,
            75,
        ]
        assert (search.left().below, search.left().first) == (39, 40)
        searched(acme, far=20)
        assert acme.server.meter.credits == 0
        searched(acme, whole=True)
        assert acme.server.meter.calls[TICKET] == 39
        assert standing(acme, sorted(kept)) == ["archived"] * 3


@pytest.mark.long
def test_the_command_finds_them_and_makes_what_follows(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Child tables, views and metrics have them in the end, without a further credit."""
    with account(world=aged(tickets=100)) as acme:
        process = command(acme, "archive")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "run freshdesk-assets sync first" in output
        acme.sync(select=TABLES)
        there, asked = archived(acme.world), gaps(acme.world)
        acme.server.meter.reset()
        process = command(acme, "archive", "--dry-run", FRESHDESK_DAY_CREDITS="50")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert f"At least {len(asked)} credits; {2 * len(asked)} if all were found" in output
        assert len(asked) <= 50 < 2 * len(asked)
        assert "FRESHDESK_DAY_CREDITS is 50: 1 to 2 days" in output
        process = command(acme, "archive", "--ids", "nowhere.csv")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 2, output
        assert acme.server.meter.credits == 0
        with run_lock(acme.server.url.partition("//")[2], None, "another", print):
            process = command(acme, "archive", PYTHONUNBUFFERED="1")
            assert process.stdout is not None
            said = next(line for line in process.stdout if "waiting for" in line)
            assert "waiting for another, which reads the same account" in said
            assert acme.server.meter.credits == 0
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
        assert acme.server.meter.calls == {TICKET: len(asked), TALK: pages(acme.world, there)}
        listed = ", ".join(map(str, there))
        for counted in (
            f"from replica.relations.tickets where archived and id in ({listed})",
            f"from replica.metrics.ticket_metrics where ticket_id in ({listed})",
        ):
            assert acme.query(f"select count(*) {counted}") == [(len(there),)]
        tagged = sum(len(acme.world.truth("tickets")[ticket]["tags"]) for ticket in there)
        tags = f"from replica.freshdesk.ticket_tags where ticket_id in ({listed})"
        assert acme.query(f"select count(*) {tags}") == [(tagged,)]
        monkeypatch.setenv("DAGSTER_HOME", str(acme.path.parent / "cli_home"))
        with dg.DagsterInstance.get() as instance:
            (noted,) = instance.fetch_observations(asset_key("tickets"), limit=5).records
        observed = noted.asset_observation
        assert observed is not None
        assert observed.metadata["archived_found"].value == len(there)
