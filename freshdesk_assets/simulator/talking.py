"""What agents, customers and automations say on tickets."""

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.actors import actor, note_response
from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.conversations import cast_of, conversations_of, new_conversation
from freshdesk_assets.simulator.state import Row, State, change
from freshdesk_assets.simulator.statuses import OPEN, SOLVED, enter_status


class Talking(State):
    """Conversations that are added, edited and deleted, each under the world's lock."""

    @change
    def reply(
        self,
        ticket_id: int,
        *,
        incoming: bool = False,
        author_id: int | None = None,
        text: str | None = None,
        reopens: bool = True,
    ) -> int:
        """Add an agent's reply, or a customer's, which reopens a solved ticket. Returns its id.

        A customer's word of thanks does not reopen where the account has that detector: `reopens` is false.
        """
        kind = "customer_reply" if incoming else "agent_reply"
        return self._say(ticket_id, kind, author_id=author_id, text=text, reopens=reopens)

    @change
    def automatic_reply(self, ticket_id: int, *, text: str | None = None) -> int:
        """An automation's message to the customer. Returns its id."""
        return self._say(ticket_id, "agent_reply", author_id=None, text=text, automatic=True)

    @change
    def add_note(
        self, ticket_id: int, *, private: bool = True, author_id: int | None = None, text: str | None = None
    ) -> int:
        """An agent's note, which counts as a response if it is public. Returns its id."""
        kind = "private_note" if private else "public_note"
        return self._say(ticket_id, kind, author_id=author_id, text=text)

    @change
    def add_conversation(self, ticket_id: int, kind: str, *, author_id: int | None = None) -> int:
        """One of the rarer ways of talking: forward, forward_reply, feedback, call, tweet. Returns its id."""
        return self._say(ticket_id, kind, author_id=author_id, text=None)

    def _say(
        self,
        ticket_id: int,
        kind: str,
        *,
        author_id: int | None,
        text: str | None,
        automatic: bool = False,
        reopens: bool = True,
    ) -> int:
        ticket = self.tickets[ticket_id]
        conversation_id = self.next_id("conversations")
        conversations = conversations_of(self, ticket)
        cast = cast_of(self, self.rng, ticket)
        now = self.clock.stamp()
        row = new_conversation(
            self.rng, ticket_id, cast, kind, now, conversation_id,
            author_id=author_id, plain=text, automatic=automatic,
        )  # fmt: skip
        with self.changing(ticket) as ticket_row:
            conversations.append(row)
            wrote = note_response(self, ticket, row, now)
            if wrote == "customer" and reopens and ticket_row["status"] in SOLVED:
                enter_status(ticket, OPEN, now)
        self.ticket_of_conversation[conversation_id] = ticket_id
        return conversation_id

    @change
    def edit_note(self, conversation_id: int, *, text: str = 'Edited: "it was the cable"') -> None:
        """Rewrite a conversation: last_edited_at alone tells of it (docs/freshdesk_api.md, 5.1)."""
        row = self._conversation(conversation_id)
        row["body_text"], row["body"] = text, words.html(text)
        row["last_edited_at"] = self.clock.stamp()
        row["last_edited_user_id"] = row["user_id"] or next(iter(self.agents), None)

    @change
    def delete_conversation(self, conversation_id: int) -> None:
        """Delete a conversation; whether the ticket moves is not established."""
        row = self._conversation(conversation_id)
        ticket = self.tickets[row["ticket_id"]]
        with self.changing(ticket, bump=self.unsettled_bumps):
            ticket.conversations.remove(row)
            wrote = actor(row, ticket.row["requester_id"], self.agents_ever)
            said = (epoch(row["created_at"]), wrote, row["user_id"])
            ticket.journal.append((self.clock.stamp(), "message_deleted", said))
        del self.ticket_of_conversation[conversation_id]

    def _conversation(self, conversation_id: int) -> Row:
        if conversation_id not in self.ticket_of_conversation:
            for ticket in self.tickets.values():
                conversations_of(self, ticket)
        ticket = self.tickets[self.ticket_of_conversation[conversation_id]]
        return next(row for row in ticket.conversations if row["id"] == conversation_id)
