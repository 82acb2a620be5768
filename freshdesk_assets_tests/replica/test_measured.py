"""Every metric is what the simulated account says of itself, event by event; what cannot be known says so."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.simulator.world import World
from freshdesk_assets.views import declared_views
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.measured import (
    Wrong,
    day_differences,
    missed,
    rows_of,
    span_differences,
    summary,
    ticket_differences,
)

DISAGREEING = "select metric, ticket_ids from metrics.reconciliation where differs > 0 or within_60s > 0"

OTHER_HOURS = """
with measured as (
  select distinct
    slots.calendar_id, slots.source, isodow(slots.day) as weekday,
    strftime(slots.starts_at at time zone calendars.iana_zone, '%H:%M:%S') as starts
  from metrics.calendar_slots as slots join metrics.calendars using (calendar_id)
  where slots.slot > 0
),
cut as (
  select business_hour_id, coalesce(source, 0), weekday, starts from freshdesk.business_hour_slots
)
(from measured except from cut) union all (from cut except from measured)
union all
select slots.calendar_id, slots.source, isodow(slots.day), holidays.name
from metrics.calendar_slots as slots
join freshdesk.business_hour_holidays as holidays
  on holidays.business_hour_id = slots.calendar_id
  and holidays.month = month(slots.day)
  and holidays.day = day(slots.day)
  and coalesce(holidays.year, year(slots.day)) = year(slots.day)
where slots.slot > 0
"""
"""Hours by which is measured and that the child tables lack, or the reverse: both read them from JSON."""


MOMENT = datetime(2026, 11, 27, 12, tzinfo=UTC)
"""When these tests begin: an account goes by its hours, and so what fails once fails each time."""


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(MOMENT, tick=True):
        yield


def desk(tickets: int, seed: int = 1) -> World:
    """An account with service levels and all that makes metrics hard, three weeks before now."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=21)
    return World(seed=seed, tickets=tickets, now=now, days=30, service_levels=True, eventful=True)


def told(wrong: list[Wrong]) -> str:
    """What is wrong, in a few lines."""
    return "\n".join(f"{place}: {found}" for place, found in summary(wrong).items())


def as_the_account_is(acme: Account) -> None:
    """Let metrics be as of the account's clock, which runs behind ours."""
    with acme.writing() as connection:
        connection.execute("update freshdesk_meta.read_state set finished_at = ?", [acme.world.clock.now()])


def kept_differences(acme: Account) -> list[tuple[str, int]]:
    """Kept views whose table is not what their SQL yields now, and by how many rows."""
    found = []
    for view in declared_views():
        if view.kept:
            table = f"{view.schema}.{view.name}"
            ((rows,),) = acme.query(
                f"select count(*) from ((({view.sql}) except all from {table})"
                f" union all (from {table} except all ({view.sql})))"
            )
            found += [(table, rows)] if rows else []
    return found


@pytest.mark.long
def test_metrics_of_a_first_sync_are_true_or_said_to_be_unknown(account: Callable[..., Any]) -> None:
    """A late start: what was before is known from the tickets' own times, or not at all."""
    with account(world=desk(tickets=300)) as acme:
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        as_the_account_is(acme)
        assert told(ticket_differences(acme) + span_differences(acme)) == ""
        assert acme.query(DISAGREEING) == []
        assert acme.query(OTHER_HOURS) == []
        reasons = {row["unknown_because"] for row in rows_of(acme, "from metrics.ticket_metrics")}
        assert {None, "its status had changed before it was first seen"} <= reasons


@pytest.mark.long
def test_metrics_of_a_fortnight_are_true(account: Callable[..., Any]) -> None:
    """Whatever happens between two syncs; the rows of tickets that did not change are those of before."""
    with account(world=desk(tickets=60, seed=3)) as acme:
        acme.views = views_over(acme.catalog)
        acme.sync(derive=True)
        chance = random.Random(5)
        for day in range(14):
            acme.world.day_of_changes(chance)
            acme.sync(derive=day % 3 == 1)
        assert kept_differences(acme) == []
        # Time entries that were changed or deleted long after: nightly runs look for them.
        first, *_, last = partitions_of(acme.partitioning).get_partition_keys()
        acme.run(first, last, derive=True)
        acme.reconcile()
        acme.sync(derive=True)
        as_the_account_is(acme)
        unseen = missed(acme)
        assert len(unseen) * 2 < len(acme.world.tickets)
        assert told(ticket_differences(acme, unseen) + span_differences(acme, unseen)) == ""
        assert acme.query("select count(*) > 0 from metrics.ticket_merges") == [(True,)]
        assert acme.query(DISAGREEING) == []


@pytest.mark.long
def test_days_are_counted_as_they_were(account: Callable[..., Any]) -> None:
    """With a sync after each change, each day has its backlog, its volume, and what agents and groups did."""
    with account(world=desk(tickets=40, seed=2)) as acme:
        acme.views = views_over(acme.catalog)
        world, hour = acme.world, timedelta(hours=5)
        acme.sync(derive=True)
        since = (world.clock.now() + timedelta(days=1)).date().isoformat()
        agents, groups = world.agent_pool, list(world.tables["groups"])
        tickets = [number for _, number in world.shelves["live"].updated_at][-6:]
        for step, number in enumerate([*tickets, *tickets, *tickets]):
            world.clock.advance(hour)
            match step % 9:
                case 0:
                    world.create_ticket()
                case 1 | 5:
                    world.set_status(number, 4)
                case 2:
                    world.assign(number, agent_id=agents[step % len(agents)], group_id=groups[step % 4])
                case 3:
                    world.reply(number, incoming=True)
                case 4:
                    world.reply(number)
                case 6:
                    world.set_status(number, 2)
                case 7:
                    world.set_priority(number, 4)
                case _:
                    world.set_status(number, 5)
            acme.sync(select=["tickets", "conversations"])
        world.clock.advance(timedelta(days=1))
        acme.sync(derive=True)
        as_the_account_is(acme)
        assert missed(acme) == set()
        assert told(day_differences(acme, since)) == ""
