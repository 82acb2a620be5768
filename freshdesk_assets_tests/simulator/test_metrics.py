"""The simulator's own account of metrics, against a life of which each figure was worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World

HOUR = 3600
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = (f"2026-03-0{day}" for day in (2, 3, 4, 5, 7))


def go(world: World, day: str, clock: str) -> None:
    """Let the world's clock reach a moment in UTC."""
    world.clock.advance(datetime.fromisoformat(f"{day}T{clock}:00Z") - world.clock.now())


@pytest.fixture(scope="module")
def world() -> World:
    """An account with one ticket, which had a hard week.

    Its default calendar is open from 7 to 16 UTC on weekdays, the calendar of its second group from 13 to 22
    UTC at weekends.
    """
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    ann, bob = world.agent_pool[:2]
    weekend = list(world.tables["groups"])[1]
    company = next(iter(world.tables["companies"]))
    ticket = world.create_ticket(source=1, group_id=None, responder_id=None, company_id=company)
    go(world, MONDAY, "10:00")
    world.automatic_reply(ticket)
    go(world, MONDAY, "11:00")
    world.assign(ticket, agent_id=ann)
    go(world, MONDAY, "12:00")
    world.reply(ticket, author_id=ann)
    go(world, MONDAY, "13:00")
    world.set_status(ticket, 3)
    go(world, TUESDAY, "09:00")
    world.reply(ticket, incoming=True)
    world.set_status(ticket, 2)
    go(world, TUESDAY, "09:30")
    world.reply(ticket, incoming=True)
    go(world, TUESDAY, "10:00")
    world.assign(ticket, agent_id=bob, group_id=weekend)
    go(world, WEDNESDAY, "10:00")
    world.reply(ticket, author_id=bob)
    go(world, WEDNESDAY, "12:00")
    world.set_status(ticket, 4)
    go(world, THURSDAY, "09:00")
    world.reply(ticket, incoming=True, reopens=False)
    go(world, SATURDAY, "14:00")
    world.reply(ticket, incoming=True)
    go(world, SATURDAY, "16:00")
    world.add_note(ticket, author_id=bob)
    go(world, SATURDAY, "17:00")
    world.add_note(ticket, author_id=bob, private=False)
    go(world, SATURDAY, "18:00")
    world.set_status(ticket, 5)
    go(world, "2026-03-08", "00:00")
    return world


def test_metrics_of_a_hard_week(world: World) -> None:
    """In seconds, and beside them in business seconds of the group the ticket was in."""
    metrics = world.metrics(1)
    expected: dict[str, Any] = {
        "first_reply_at": f"{MONDAY}T12:00:00Z",
        "first_reply_seconds": 3 * HOUR,
        "first_reply_business_seconds": 3 * HOUR,
        "first_system_reply_at": f"{MONDAY}T10:00:00Z",
        # From 9 on Tuesday to 10 on Wednesday, and from 9 on Thursday to 17 on Saturday.
        "replies": 3,
        "total_reply_seconds": (3 + 25 + 56) * HOUR,
        "total_reply_business_seconds": (3 + 1 + 4) * HOUR,
        "average_reply_seconds": 28 * HOUR,
        "longest_reply_seconds": 56 * HOUR,
        "longest_reply_business_seconds": 4 * HOUR,
        "waiting_since": None,
        "first_resolved_at": f"{WEDNESDAY}T12:00:00Z",
        "first_resolution_seconds": 51 * HOUR,
        "first_resolution_business_seconds": (7 + 3) * HOUR,
        "last_resolved_at": f"{SATURDAY}T18:00:00Z",
        "full_resolution_seconds": (5 * 24 + 9) * HOUR,
        "full_resolution_business_seconds": (7 + 3 + 5) * HOUR,
        # Open on Monday, from Tuesday to Wednesday, and on Saturday.
        "requester_wait_seconds": (4 + 27 + 4) * HOUR,
        "requester_wait_business_seconds": (4 + 1 + 4) * HOUR,
        "solve_business_seconds": (4 + 1 + 4) * HOUR,
        "agent_wait_seconds": 20 * HOUR,
        "agent_wait_business_seconds": (3 + 2) * HOUR,
        "on_hold_seconds": 0,
        "unassigned_seconds": 2 * HOUR,
        "first_assigned_at": f"{MONDAY}T11:00:00Z",
        "reopens": 1,
        "resolutions": 2,
        "touches": "many",
        "first_contact_resolution": False,
        "handoffs": 1,
        "group_stations": 1,
        "agent_stations": 2,
        "agent_replies": 3,
        "customer_messages": 4,
        "private_notes": 1,
        "system_messages": 1,
        "agents_writing": 2,
        "csat_last": None,
    }
    assert {name: metrics[name] for name in expected} == expected
    assert [span["status"] for span in metrics["status_spans"]] == [2, 3, 2, 4, 2, 5]
    assert [span["seconds"] // HOUR for span in metrics["status_spans"]] == [4, 20, 27, 74, 4, 6]
    assert len(metrics["assignment_spans"]) == 3


def test_metrics_of_a_moment_in_between(world: World) -> None:
    """On Tuesday at 12 the customer has waited for three hours, one of them business."""
    metrics = world.metrics(1, now=datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert metrics["waiting_since"] == f"{TUESDAY}T09:00:00Z"
    assert (metrics["waiting_seconds"], metrics["waiting_business_seconds"]) == (3 * HOUR, HOUR)
    assert (metrics["replies"], metrics["is_solved"], metrics["touches"]) == (1, False, None)


def test_days_of_a_hard_week(world: World) -> None:
    """Days end at midnight in Vienna; a closed ticket is in none."""
    with serve(world) as server:
        told = requests.get(f"{server.url}/_simulator/metrics", timeout=10).json()
    assert told["now"] == "2026-03-08T00:00:00Z"
    assert [row["status"] for row in told["ticket_fields_daily"]] == [3, 2, 4, 4, 4]
    assert [(row["day"], row["status"], row["age_bucket"]) for row in told["backlog_daily"]] == [
        (MONDAY, 3, "0-1 d"),
        (TUESDAY, 2, "1-3 d"),
    ]
    saturday = next(row for row in told["volume_daily"] if row["day"] == SATURDAY)
    assert {name: saturday[name] for name in ("created", "resolved", "closed", "reopened")} == {
        "created": 0,
        "resolved": 1,
        "closed": 1,
        "reopened": 1,
    }
    assert sum(row["customer_messages"] for row in told["volume_daily"]) == 4


def test_what_agents_and_groups_did(world: World) -> None:
    """Bob's group had the ticket from Tuesday on; he solved it twice, and it was reopened once."""
    told = world.all_metrics()
    bob, group = world.agent_pool[1], list(world.tables["groups"])[1]
    did = {row["day"]: row for row in told["agent_daily"] if row["agent_id"] == bob}
    assert {
        day: [did[day][name] for name in ("assigned", "open", "replies", "notes", "resolved", "reopened")]
        for day in did
    } == {
        TUESDAY: [1, 1, 0, 0, 0, 0],
        WEDNESDAY: [0, 0, 1, 0, 1, 0],
        SATURDAY: [0, 0, 1, 1, 1, 1],
    }
    got = {row["day"]: row for row in told["group_daily"]}
    assert {row["group_id"] for row in got.values()} == {group}
    assert (got[TUESDAY]["open"], got[WEDNESDAY]["open"]) == (1, 0)
    assert got[WEDNESDAY]["resolution_business_seconds"] == [10 * HOUR]
    assert got[SATURDAY]["resolution_business_seconds"] == [15 * HOUR]
    [month] = told["company_monthly"]
    assert (month["month"], month["created"], month["resolved"]) == ("2026-03-01", 1, 2)
    assert month["first_reply_business_seconds"] == [3 * HOUR]


def test_a_calendar_that_changed_counts_for_the_days_on_which_it_was_in_force() -> None:
    """Eight to five until Tuesday; from Wednesday on eight to noon."""
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    ticket = world.create_ticket(source=1, group_id=None)
    go(world, TUESDAY, "23:30")
    half = {day: {"start_time": "8:00 am", "end_time": "12:00 pm"} for day in ("wednesday", "thursday")}
    world.change_calendar(next(iter(world.tables["business_hours"])), business_hours=half)
    go(world, THURSDAY, "09:00")
    [span] = world.metrics(ticket)["status_spans"]
    assert span["business_seconds"] == (7 + 9 + 4 + 2) * HOUR


def test_a_timer_that_runs_is_also_counted_apart() -> None:
    """What has been booked so far is booked; what it will come to is not known yet."""
    world = World(tickets=0)
    ticket = world.create_ticket()
    booked = [world.add_time_entry(ticket, timer_running=running) for running in (False, True)]
    for entry_id in booked:
        world.edit_time_entry(entry_id, seconds=600)
    metrics = world.metrics(ticket)
    assert (metrics["seconds_tracked"], metrics["timers_running"]) == (1200, 1)


def test_an_outbound_ticket_has_no_first_reply() -> None:
    """We wrote first, so the customer waits only after having written."""
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    ticket = world.create_ticket(source=10, group_id=None)
    world.reply(ticket, author_id=world.agent_pool[0])
    go(world, MONDAY, "10:00")
    world.reply(ticket, incoming=True)
    go(world, MONDAY, "12:00")
    world.reply(ticket, author_id=world.agent_pool[0])
    metrics = world.metrics(ticket)
    assert (metrics["first_reply_at"], metrics["replies"], metrics["agent_replies"]) == (None, 1, 2)
    assert metrics["total_reply_seconds"] == 2 * HOUR


def merged(world: World) -> tuple[int, int]:
    """A ticket that is merged into another one, and that one."""
    primary, secondary = world.create_ticket(source=1), world.create_ticket(source=1)
    go(world, MONDAY, "10:00")
    world.merge_tickets(primary, secondary)
    go(world, MONDAY, "11:00")
    return secondary, primary


def test_a_merge_is_told_by_the_notes_in_both_tickets() -> None:
    """Neither says it alone; a ticket that is purged said it."""
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    secondary, primary = merged(world)
    assert world.metrics(secondary)["merged_guess"] == primary
    world.purge(primary)
    assert world.metrics(secondary)["merged_guess"] == primary


@pytest.mark.parametrize("place", [0, 1], ids=["closed", "other"])
def test_a_merge_is_told_no_more_when_a_note_of_it_is_deleted(place: int) -> None:
    """Whichever of the two tickets had it, and if that one is purged later, too."""
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    tickets = merged(world)
    world.delete_conversation(world.tickets[tickets[place]].conversations[-1]["id"])
    assert world.metrics(tickets[0])["merged_guess"] is None
    world.purge(tickets[1])
    assert world.metrics(tickets[0])["merged_guess"] is None


def test_a_ticket_that_is_merged_twice_was_closed_by_the_first() -> None:
    """The second note is not of its closing."""
    world = World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    secondary, primary = merged(world)
    world.merge_tickets(world.create_ticket(source=1), secondary)
    go(world, MONDAY, "12:00")
    assert world.metrics(secondary)["merged_guess"] == primary
