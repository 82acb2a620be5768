"""Histories replay what was true at every sync, and say of status changes what Freshdesk says of them."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.warehouse.derived.checks import check_current, check_key, check_spans
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.past import past_differences, snapshot

PAST = "replica.freshdesk.tickets_history"


def unsound(acme: Account) -> list[str]:
    """Histories in which states overlap, are missing, or are there twice."""
    with Warehouse(acme.path).open() as connection:
        return [
            f"{check.__name__} of {history.name}: {found}"
            for history in acme.catalog.histories
            for check in (check_key, check_spans, check_current)
            if (found := check(connection, history)).count
        ]


@pytest.mark.long
def test_histories_replay_what_was_true_at_every_sync(account: Callable[..., Any]) -> None:
    """Whatever people do all day and administrators in a year; reading old days again rewrites nothing."""
    with account(tickets=40, seed=5) as acme:
        tracked = [history.table.name for history in acme.catalog.histories]
        # Articles are read per folder, and folders per category.
        tracked += ["solution_categories", "solution_folders"]
        chance = random.Random(11)
        past, runs = [], []
        for day in range(4):
            runs.append(acme.sync(select=tracked).run_id)
            assert acme.differences(only=tracked) == []
            past.append(snapshot(acme.world))
            acme.world.day_of_changes(chance)
            match day:
                case 0:
                    acme.world.add_custom_field("cf_weight", kind="custom_decimal", label="Weight")
                    (policy, *_) = acme.world.tables["sla_policies"]
                    acme.world.rename("sla_policies", policy, "Stricter")
                case 1:
                    acme.world.delete_agent(acme.world.agent_pool[-1])
                    acme.world.delete_company(next(iter(acme.world.tables["companies"])))
                case 2:
                    group, *_ = acme.world.tables["groups"]
                    acme.world.set_group_members(group, acme.world.agent_pool[:2])
                case _:
                    acme.world.bulk_update(20, tag=f"day {day}")
        runs.append(acme.sync(select=tracked).run_id)
        past.append(snapshot(acme.world))
        assert unsound(acme) == []
        assert past_differences(acme.path, past) == []
        known = acme.query(f"from {PAST} order by all")
        assert {run for (run,) in acme.query(f"select distinct _run_id from {PAST}")} == set(runs)
        first, *_, last = partitions_of(acme.partitioning).get_partition_keys()
        acme.run(first, last, select=tracked)
        assert acme.query(f"from {PAST} order by all") == known
        assert past_differences(acme.path, past) == []


@pytest.mark.long
def test_status_changes_are_told_with_the_times_that_freshdesk_gives_them(
    account: Callable[..., Any],
) -> None:
    """A reply an hour after the change moves the ticket, and is no time of the change."""
    with account(tickets=40) as acme:
        acme.sync(select=["tickets"])
        world, ticket = acme.world, acme.world.shelves["live"].updated_at[-1][1]
        world.set_status(ticket, 2)
        acme.sync(select=["tickets"])
        agent, hour = world.agent_pool[0], timedelta(hours=1)
        told = []
        for former, status in ((2, 3), (3, 4), (4, 2)):
            world.clock.advance(hour)
            world.assign(ticket, agent_id=agent)
            world.set_status(ticket, status)
            told.append((former, status, world.clock.now().replace(microsecond=0), True, agent))
            world.clock.advance(hour)
            world.add_note(ticket)
            acme.sync(select=["tickets"])
        # Resolved and opened again between two syncs: nobody saw it.
        world.clock.advance(hour)
        world.set_status(ticket, 4)
        world.clock.advance(hour)
        world.set_status(ticket, 2)
        acme.sync(select=["tickets"])
        with Warehouse(acme.path).open() as connection:
            ensure_views(connection, views_over(acme.catalog), acme.catalog)
        assert (
            acme.query(
                "select from_status, to_status, changed_at, exact, agent_id"
                f" from relations.ticket_status_changes where ticket_id = {ticket} and changed_at >="
                f" '{told[0][2]}' order by seen_at"
            )
            == told
        )
        labels = acme.query(
            "select distinct to_status_label from relations.ticket_status_changes where to_status = 4"
        )
        assert labels == [("Resolved",)]
        moved = f"select count(distinct status_updated_at) from {PAST} where id = {ticket}"
        assert acme.query(moved)[0][0] >= len(told) + 1, "that the status was left in between is kept"
        assert mended(acme, "tickets_history") == 0
        with Warehouse(acme.path).open() as connection:
            connection.execute(f"delete from freshdesk.tickets_history where id = {ticket}")
        assert mended(acme, "tickets_history", whole=True) == 1
        assert unsound(acme) == []


def mended(acme: Account, name: str, *, whole: bool = False) -> int:
    """How many states the asset found missing, which is a run of its own in the UI."""
    result = acme.job(derive=True).execute_in_process(
        instance=acme.instance,
        asset_selection=[dg.AssetKey(["freshdesk", name])],
        run_config={"ops": {f"freshdesk__{name}": {"config": {"whole": whole}}}},
    )
    found = acme.metadata(result, name)
    assert found["dagster/row_count"] >= found["states_holding"] > 0
    return int(found["states_begun_late"])
