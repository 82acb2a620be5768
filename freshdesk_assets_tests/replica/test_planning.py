"""What a run will cost is known before it is run, for a few credits."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.cli import main
from freshdesk_assets.commands.plan import Plan, planned
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.orchestration.names import REPLICATE
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.runs.run_scope import RunScope, run_scope, selected
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.test_runs import command
from freshdesk_assets_tests.replica.test_spending import TICKETS_AND_TALK


def plan_of(acme: Any, **wanted: Any) -> tuple[Plan, RunScope]:
    """What `freshdesk-assets plan` finds out, and the request it found it out for."""
    acme.server.meter.reset()
    file = duckdb_file(acme.settings).warehouse()
    asked = {"first": None, "last": None, "selection": None, **wanted}
    definitions = build_defs(acme.settings, acme.catalog, views=())
    keys = selected(definitions, REPLICATE, asked["selection"])
    with Client(domain=acme.server.url, api_key=acme.server.key) as client:
        request = run_scope(keys, acme.instance, acme.catalog, acme.partitioning, file, **asked)
        made = planned(Reader(client), file, acme.catalog, acme.settings, request)
    assert made.spent.credits == acme.server.meter.credits <= 40
    return made, request


ARCHIVED = "tickets/archived/{id}/conversations"


def hold_to(acme: Any, **wanted: Any) -> None:
    """Plan, run, and compare: both use the same steps.

    Four things cannot be known for a few credits:

    - that a ticket never read has conversations on more than one page;
    - that a ticket was archived meanwhile;
    - that a row to be asked for is no longer in its list;
    - that an agent has other roles, groups or skills, which lists tell that the run reads before.
    """
    made, request = plan_of(acme, **wanted)
    meter, unlike = acme.server.meter, acme.differences(only=["agents"]) if acme.path.exists() else []
    others = {each.key for each in unlike if each.column in ("role_ids", "group_ids", "skill_ids")}
    acme.run(request.start, request.end, dict(request.tags), select=request.names)
    talk = Counter(row["ticket_id"] for row in acme.world.truth_conversations().values())
    further = sum((rows - 1) // 100 for rows in talk.values())
    priced = sum(each.row_calls for each in made.estimates if each.table.name == "agents")
    further += min(max(0, meter.calls["agents/{id}"] - priced), len(others))
    archived = meter.calls[ARCHIVED]
    assert made.calls - 1 <= meter.requests - archived <= made.calls + further
    assert made.credits - 1 <= meter.credits - archived <= made.credits + further


ONCE_STORED = ("solution_folders",)
UNPRICED = ("ticket_forms", "ticket_field_settings")
"""What an include costs there is not established: the plan takes the price of the list of tickets."""


@pytest.mark.long
@pytest.mark.parametrize(("seed", "tickets"), [(1, 60), pytest.param(2, 400, marks=pytest.mark.slow)])
def test_a_run_costs_what_the_plan_said(account: Callable[..., Any], seed: int, tickets: int) -> None:
    """A first sync, one after a day of changes, one with nothing new, and days that are read again.

    What lies in folders in folders is known once these are stored.
    """
    with account(tickets=tickets, seed=seed) as acme:
        acme.catalog = choose(declared_tables(), [f"-{name}" for name in (*ONCE_STORED, *UNPRICED)])
        hold_to(acme)
        acme.world.day_of_changes()
        hold_to(acme)
        hold_to(acme)
        now = acme.world.clock.now()
        hold_to(acme, first=now - timedelta(days=3), last=now, selection=TICKETS_AND_TALK)


def test_what_a_budget_left_unfinished_is_in_the_plan(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        acme.decide(run_credits=50)
        acme.sync(select=["tickets", "conversations"])
        acme.decide(run_credits=None)
        hold_to(acme, selection=TICKETS_AND_TALK)


def test_the_command_says_it_and_makes_nothing(account: Callable[..., Any]) -> None:
    """Somebody who asks for a price has not ordered yet."""
    with account(tickets=60, forbidden={"agents"}) as acme:
        process = command(acme, "plan", FRESHDESK_RUN_CREDITS="50")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert "left out" in output
        assert "This estimate cost" in output
        assert "More than FRESHDESK_RUN_CREDITS allows" in output
        assert not acme.path.exists()


def test_what_a_run_would_leave_out_is_told_from_what_it_would_fail_of(account: Callable[..., Any]) -> None:
    """A table that was never read and may not be read is left out; refused after it was read, it fails."""
    with account(tickets=20, forbidden={"agents"}) as acme:
        acme.sync(select=["agents", "companies"])
        acme.server.switches.forbidden.add("companies")
        made, _ = plan_of(acme, selection="key:freshdesk/agents or key:freshdesk/companies")
        told = {each.table.name: (each.note.partition(":")[0], each.unknown) for each in made.estimates}
        assert told == {"agents": ("left out", False), "companies": ("would fail", True)}
        result = acme.sync(select=["agents", "companies"], expect=False)
        assert [event.step_key for event in result.get_step_failure_events()] == ["freshdesk__companies"]


def test_a_search_for_deleted_rows_costs_its_budget_at_most(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has no size of its own, so there is nothing to ask the account for."""
    with account(tickets=5) as acme:
        monkeypatch.setenv("FRESHDESK_RECONCILE_CREDITS", "1200")
        monkeypatch.setenv("FRESHDESK_DAY_CREDITS", "700")
        assert main(["plan", "--reconcile"]) == 0
        assert acme.server.meter.credits == 0
    said = capsys.readouterr().out
    assert "spends 1,200 credits at most (FRESHDESK_RECONCILE_CREDITS)" in said
    assert "All runs of a day together spend no more: 700 (FRESHDESK_DAY_CREDITS)" in said
    assert "FRESHDESK_RUN_CREDITS" not in said
