"""A ticket's journal, its stats and its conversations tell one story, when founded and weeks later."""

from datetime import timedelta
from itertools import pairwise

import pytest

from freshdesk_assets.simulator.actors import actor
from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.state import JOURNALLED, Ticket
from freshdesk_assets.simulator.world import World

SOLVED = (4, 5)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["founded", "aged", "eventful"])
def world(request: pytest.FixtureRequest) -> World:
    """An account on its first day, or after three weeks, which may have been eventful."""
    eventful = request.param == "eventful"
    world = World(seed=4, tickets=600, eventful=eventful, service_levels=eventful)
    for _ in range(0 if request.param == "founded" else 21):
        world.day_of_changes()
    return world


def path(ticket: Ticket) -> list[tuple[str, int]]:
    """When the ticket took which status."""
    return [(at, value) for at, kind, value in ticket.journal if kind == "status"]


def test_stats_say_what_the_journal_says(world: World) -> None:
    """Freshdesk's own times are what metrics are held against, so the two must not contradict each other."""
    for ticket in world.tickets.values():
        steps, stats = path(ticket), ticket.stats
        changes = list(pairwise(steps))
        solved = [at for (_, old), (at, new) in changes if new in SOLVED and old not in SOLVED]
        reopened = [at for (_, old), (at, new) in changes if old in SOLVED and new not in SOLVED]
        closed = [at for at, status in steps if status == 5]
        stands = steps[-1][1] in SOLVED
        assert steps[0][0] == ticket.row["created_at"]
        assert stats["status_updated_at"] == (steps[-1][0] if changes else None)
        assert stats["reopened_at"] == (reopened[-1] if reopened else None)
        assert stats["resolved_at"] == (solved[-1] if stands else None)
        assert stats["pending_since"] == (steps[-1][0] if steps[-1][1] == 3 else None)
        assert steps[-1][1] != 5 or stats["closed_at"] == closed[-1]


def test_the_last_entry_of_each_kind_is_how_the_ticket_stands(world: World) -> None:
    """From spam to tags, whoever changed it; and the entries are in order."""
    for ticket in world.tickets.values():
        assert [at for at, _, _ in ticket.journal] == sorted(at for at, _, _ in ticket.journal)
        last = {kind: value for _, kind, value in ticket.journal}
        stands = {**ticket.row, "deleted": ticket.deleted}
        assert {kind: last[kind] for kind in JOURNALLED} == {kind: stands[kind] for kind in JOURNALLED}


def test_stats_say_what_was_said(world: World) -> None:
    """An automation's message, a survey's answer and a forward set none of the times of responses."""
    said = world.truth_conversations()
    for ticket in world.tickets.values():
        if any(kind == "message_deleted" for _, kind, _ in ticket.journal):
            continue
        wrote: dict[str, list[str]] = {"agent": [], "customer": []}
        for row in ticket.conversations:
            name = actor(said[row["id"]], ticket.row["requester_id"], world.agents_ever)
            wrote.setdefault(name, []).append(row["created_at"])
        assert ticket.stats["first_responded_at"] == min(wrote["agent"], default=None), ticket.id
        assert ticket.stats["agent_responded_at"] == max(wrote["agent"], default=None)
        assert ticket.stats["requester_responded_at"] == max(wrote["customer"], default=None)


def test_metrics_agree_with_the_times_freshdesk_sends(world: World) -> None:
    """All but first replies to tickets that we wrote, and what was deleted since."""
    for number, found in world.all_metrics()["tickets"].items():
        ticket = world.tickets[number]
        stats = ticket.stats
        assert found["last_resolved_at"] == stats["resolved_at"], number
        assert (found["reopens"] > 0) == (stats["reopened_at"] is not None), number
        assert found["first_resolved_at"] == stats["resolved_at"] or found["reopens"], number
        if not found["messages_deleted"] and ticket.row["source"] != 10:
            assert found["first_reply_at"] == stats["first_responded_at"], number
        lasted = epoch(world.clock.stamp()) - epoch(ticket.row["created_at"])
        for spans in (found["status_spans"], found["assignment_spans"]):
            assert sum(span["seconds"] for span in spans) == lasted
            assert all(span["seconds"] >= span["business_seconds"] >= 0 for span in spans)


def test_who_counts_as_having_responded() -> None:
    """An automation does not unless the account says so; a public note does; the requester never does."""
    world = World(seed=3, tickets=20)
    agent_id, requester_id = world.agent_pool[:2]
    ticket_id = world.create_ticket(requester_id=requester_id)
    stats = world.tickets[ticket_id].stats
    world.automatic_reply(ticket_id)
    world.add_note(ticket_id, author_id=agent_id)
    world.reply(ticket_id, author_id=requester_id)
    assert (stats["first_responded_at"], stats["requester_responded_at"]) == (None, world.clock.stamp())
    world.clock.advance(HOUR)
    world.add_note(ticket_id, private=False, author_id=agent_id)
    assert stats["first_responded_at"] == stats["agent_responded_at"] == world.clock.stamp()
    world.automations_respond = True
    world.clock.advance(HOUR)
    world.automatic_reply(ticket_id)
    assert stats["agent_responded_at"] == world.clock.stamp()


def test_a_word_of_thanks_need_not_reopen() -> None:
    """Accounts with the detector of thanks leave the ticket solved."""
    world = World(seed=3, tickets=20)
    ticket_id = world.create_ticket()
    world.set_status(ticket_id, 4)
    world.reply(ticket_id, incoming=True, reopens=False)
    assert world.tickets[ticket_id].row["status"] == 4
    world.reply(ticket_id, incoming=True)
    assert path(world.tickets[ticket_id])[1:] == [(world.clock.stamp(), 4), (world.clock.stamp(), 2)]
