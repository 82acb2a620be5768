"""From what was said in a ticket to who was in touch how often, and to the ticket that it was merged into."""

from freshdesk_assets.simulator.actors import actor
from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.state import Row, State
from freshdesk_assets.simulator.truth.lives import Life

CLOSED = 5
# Seconds that may lie between a ticket's closing and the note of its merging, and between its note and
# that in the other ticket.
MERGING = 120
CHATS = (7, 12, 15, 21)
# A session of a chat is over when nobody has written for so many seconds.
SESSION = 3600


def touched(life: Life) -> int:
    """How often agents turned to the customer: all they say in a session of a chat is once."""
    if life.source not in CHATS:
        return sum(message.actor == "agent" for message in life.messages)
    touches, last_at, answered = 0, None, False
    for message in sorted(life.messages, key=lambda each: each.at):
        if message.actor not in ("agent", "customer"):
            continue
        if last_at is None or message.at - last_at > SESSION:
            answered = False
        if message.actor == "agent" and not answered:
            touches, answered = touches + 1, True
        last_at = message.at
    return touches


def message_metrics(life: Life) -> Row:
    """How much was said, by whom."""
    said = [message.actor for message in life.messages]
    authors = {message.author_id for message in life.messages if message.actor in ("agent", "note")}
    return {
        "agent_replies": said.count("agent"),
        "customer_messages": said.count("customer"),
        "private_notes": said.count("note"),
        "system_messages": said.count("system"),
        "agents_writing": len(authors - {None}),
    }


def merged_into(state: State, life: Life) -> int | None:
    """The ticket that this one was closed into, as far as what was said in both then still tells."""
    closed_at = life.spans("status")[-1].start
    merges = [
        (at, value)
        for at, kind, value in life.entries
        if kind == "merged_into" and abs(at - closed_at) <= MERGING
    ]
    if not merges or life.status != CLOSED:
        return None
    at, (primary_id, note_id) = merges[-1]
    note = next((row for row in life.ticket.conversations if row["id"] == note_id), None)
    said = [message.at for message in life.messages if message.actor in ("agent", "customer", "note")]
    if note is None or note["last_edited_at"] is not None:
        return None
    last = not any(at < later <= closed_at + MERGING for later in said)
    return primary_id if last and wrote_in(state, primary_id, note["user_id"], at) else None


def wrote_in(state: State, ticket_id: int, agent_id: int, at: int) -> bool:
    """Whether an agent's message of about that moment was left in the ticket.

    Of one that was purged since, what was said in it until then is known.
    """
    ticket = state.tickets.get(ticket_id) or state.former_tickets[ticket_id]
    return any(
        row["user_id"] == agent_id
        and abs(epoch(row["created_at"]) - at) <= MERGING
        and actor(row, ticket.row["requester_id"], state.agents_ever) in ("agent", "note")
        for row in ticket.conversations
    )
