"""What is true of what tickets have beside themselves, of those tickets that are there."""

from collections.abc import Callable
from typing import Any

from freshdesk_assets.simulator.companions.keeping import ROLES, Companions
from freshdesk_assets.simulator.state import Row


def associations(world: Companions) -> dict[Any, Row]:
    """By (ticket_id, other_ticket_id), from both ends; `role` is what ticket_id is to the other."""
    return {
        (number, other.id): {
            "ticket_id": number,
            "other_ticket_id": other.id,
            "role": ROLES[ticket.row["association_type"]],
        }
        for number, ticket in world.tickets.items()
        for other in world.others(ticket)
    }


def watchers(world: Companions) -> dict[Any, Row]:
    """By (ticket_id, agent_id)."""
    return {
        (number, agent_id): {"ticket_id": number, "agent_id": agent_id}
        for number, agents in world.watchers.items()
        for agent_id in agents
        if number in world.tickets
    }


def accesses(world: Companions) -> dict[Any, Row]:
    """By (ticket_id, user_id)."""
    return {
        (number, user_id): {"ticket_id": number, "user_id": user_id}
        for number, users in world.accesses.items()
        for user_id in users
        if number in world.tickets
    }


def summaries(world: Companions) -> dict[Any, Row]:
    """By ticket_id."""
    return {number: row for number, row in world.summaries.items() if number in world.tickets}


COMPANION_TRUTHS: dict[str, Callable[[Companions], dict[Any, Row]]] = {
    "ticket_associations": associations,
    "ticket_watchers": watchers,
    "ticket_accesses": accesses,
    "ticket_summaries": summaries,
}
