"""Who said something: automation, agent or customer; and the times of responses that follow from it."""

from collections.abc import Container

from freshdesk_assets.simulator.state import Row, State, Ticket

SURVEY_SOURCE, FORWARD_SOURCE = 6, 8


def actor(conversation: Row, requester_id: int, agents_ever: Container[int]) -> str:
    """`system`, `survey`, `forward`, `customer`, `note` or `agent`; the first that fits.

    A requester who is an agent is the customer of that ticket. One who was an agent once counts as an agent.
    """
    author_id = conversation["user_id"]
    if conversation["auto_response"] or conversation["automation_id"] is not None:
        return "system"
    if conversation["source"] == SURVEY_SOURCE:
        return "survey"
    if conversation["source"] == FORWARD_SOURCE:
        return "forward"
    if not conversation["private"] and author_id == requester_id:
        return "customer"
    if conversation["private"]:
        return "note"
    if conversation["incoming"] or (author_id is not None and author_id not in agents_ever):
        return "customer"
    return "agent"


def note_response(state: State, ticket: Ticket, conversation: Row, at: str) -> str:
    """Set the stats that a message sets, and say who wrote it."""
    wrote = actor(conversation, ticket.row["requester_id"], state.agents_ever)
    responds = wrote == "agent" or (
        wrote == "system" and state.automations_respond and not conversation["private"]
    )
    if wrote == "customer":
        ticket.stats["requester_responded_at"] = at
    elif responds:
        ticket.stats["agent_responded_at"] = at
        ticket.stats["first_responded_at"] = ticket.stats["first_responded_at"] or at
    return wrote
