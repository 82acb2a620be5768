"""Due times by policy and calendar, what moves them, and what is escalated when they have passed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.world import World

MONDAY, TUESDAY, WEDNESDAY = ("2026-03-02", "2026-03-03", "2026-03-04")
LOW, MEDIUM, HIGH, URGENT = 1, 2, 3, 4


@pytest.fixture
def world() -> World:
    """An account without tickets, on Monday at 9 UTC; its default calendar is open from 7 to 16 UTC."""
    return World(tickets=0, now=datetime(2026, 3, 2, 9, tzinfo=UTC), service_levels=True)


def go(world: World, day: str, clock: str) -> None:
    """Let the world's clock reach a moment in UTC."""
    world.clock.advance(datetime.fromisoformat(f"{day}T{clock}:00Z") - world.clock.now())
    world.settle()


def ticket(world: World, priority: int, **fields: Any) -> int:
    """A ticket in no group, for which the default policy counts."""
    given: Row = {"source": 1, "group_id": None, "type": "Question", **fields}
    return world.create_ticket(priority=priority, **given)


def dues(world: World, number: int) -> tuple[str | None, ...]:
    """When first response, resolution and next response are due."""
    row = world.tickets[number].row
    return tuple(row[key] and row[key][:16] for key in ("fr_due_by", "due_by", "nr_due_by"))


def flags(world: World, number: int) -> tuple[bool, ...]:
    """Whether they are escalated."""
    row = world.tickets[number].row
    return tuple(row[key] for key in ("fr_escalated", "is_escalated", "nr_escalated"))


def states(world: World, number: int) -> dict[tuple[str, int], str]:
    """How each target stands."""
    return {(event["target"], event["n"]): event["state"] for event in world.metrics(number)["sla_events"]}


def test_due_times_follow_the_calendar_unless_the_policy_says_otherwise(world: World) -> None:
    """Medium: 8 and 24 business hours 7 of them today. Urgent: 15 minutes and 4 hours of any kind."""
    assert dues(world, ticket(world, MEDIUM)) == (f"{TUESDAY}T08:00", f"{WEDNESDAY}T15:00", None)
    assert dues(world, ticket(world, URGENT)) == (f"{MONDAY}T09:15", f"{MONDAY}T13:00", None)


def test_another_policy_counts_for_what_it_applies_to_and_none_for_service_tasks(world: World) -> None:
    """The first active one by position; refunds are answered twice as fast."""
    assert dues(world, ticket(world, MEDIUM, type="Refund")) == (f"{MONDAY}T13:00", f"{TUESDAY}T12:00", None)
    assert dues(world, ticket(world, MEDIUM, type="Service Task")) == (None, None, None)
    assert dues(world, ticket(world, MEDIUM, source=10))[0] is None


def test_a_priority_that_is_raised_moves_what_has_not_been_met(world: World) -> None:
    """Urgent since Tuesday means: due four hours after creation, and late."""
    number = ticket(world, MEDIUM)
    world.reply(number, author_id=world.agent_pool[0])
    go(world, TUESDAY, "09:00")
    world.set_priority(number, URGENT)
    assert dues(world, number) == (f"{TUESDAY}T08:00", f"{MONDAY}T13:00", None)
    assert flags(world, number) == (False, True, False)
    assert states(world, number) == {("first_response", 1): "met", ("resolution", 1): "running_late"}


def test_a_status_that_stops_the_clock_pushes_the_resolution_when_it_is_left(world: World) -> None:
    """High: 8 business hours, 7 of them on Monday. Pending from 10 to 9 on Tuesday is 8 of them."""
    number = ticket(world, HIGH)
    assert dues(world, number)[1] == f"{TUESDAY}T08:00"
    go(world, MONDAY, "10:00")
    world.set_status(number, 3)
    go(world, TUESDAY, "08:30")
    assert flags(world, number)[1] is False
    go(world, TUESDAY, "09:00")
    world.set_status(number, 2)
    assert dues(world, number)[1] == f"{TUESDAY}T16:00"
    go(world, TUESDAY, "15:00")
    world.set_status(number, 4)
    [_, event] = world.metrics(number)["sla_events"]
    assert (event["state"], event["target_seconds"], event["elapsed_seconds"]) == ("met", 8 * 3600, 7 * 3600)


def test_a_group_brings_its_calendar(world: World) -> None:
    """The second group works at weekends, from 13 UTC."""
    number = ticket(world, HIGH)
    world.assign(number, agent_id=None, group_id=list(world.tables["groups"])[1])
    assert dues(world, number)[:2] == ("2026-03-07T14:00", "2026-03-07T21:00")


def test_each_wait_of_the_customer_has_a_next_response(world: World) -> None:
    """Half an hour for urgent tickets; an answer leaves the due time, the next message replaces it."""
    number, agent_id = ticket(world, URGENT), world.agent_pool[0]
    world.reply(number, author_id=agent_id)
    go(world, MONDAY, "09:10")
    world.reply(number, incoming=True)
    go(world, MONDAY, "09:30")
    world.reply(number, author_id=agent_id)
    assert dues(world, number)[2] == f"{MONDAY}T09:40"
    go(world, MONDAY, "10:00")
    world.reply(number, incoming=True)
    go(world, MONDAY, "10:31")
    assert (dues(world, number)[2], flags(world, number)[2]) == (f"{MONDAY}T10:30", False)
    go(world, MONDAY, "10:33")
    assert flags(world, number)[2] is True
    assert world.tickets[number].row["updated_at"] == f"{MONDAY}T10:32:00Z"
    world.reply(number, author_id=agent_id)
    found = states(world, number)
    assert (found["next_response", 1], found["next_response", 2]) == ("met", "late")


def test_a_ticket_solved_without_a_response_owes_none(world: World) -> None:
    """Unless it was due before."""
    number = ticket(world, MEDIUM)
    world.set_status(number, 4)
    assert states(world, number) == {("first_response", 1): "cancelled", ("resolution", 1): "met"}


def test_rows_and_the_account_of_the_truth_agree_after_two_weeks() -> None:
    """Every change, however it comes about, has been heeded; and the flags follow."""
    world = World(seed=4, tickets=300, service_levels=True, eventful=True)
    for _ in range(14):
        world.day_of_changes()
    just_now = (world.clock.now() - timedelta(minutes=2)).isoformat()
    late: dict[str, set[bool]] = {}
    keys = {
        "first_response": ("fr_due_by", "fr_escalated"),
        "resolution": ("due_by", "is_escalated"),
        "next_response": ("nr_due_by", "nr_escalated"),
    }
    for number, metrics in world.all_metrics()["tickets"].items():
        row: Row = world.tickets[number].row
        events = {event["target"]: event for event in metrics["sla_events"]}
        for target, (due, flag) in keys.items():
            event = events.get(target)
            if event and event["met_at"] is not None:
                took_longer = event["elapsed_seconds"] > event["target_seconds"]
                assert took_longer == (event["state"] == "late"), (number, target)
            assert row[due] == (event and event["due_at"]), (number, target)
            if event and not just_now < event["due_at"] <= world.clock.stamp():
                assert row[flag] == (event["state"] in ("late", "running_late")), (number, target)
                late.setdefault(target, set()).add(row[flag])
    assert late == {target: {True, False} for target in keys}
