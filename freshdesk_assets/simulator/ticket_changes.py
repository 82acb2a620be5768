"""What agents and customers do to tickets.

A change "moves" a ticket if it changes updated_at. Replies and notes do; time entries, edited notes and
renamed contacts do not (docs/freshdesk_api.md, 5.1). Where it is not established, `unsettled_bumps` of the
world decides.
"""

from datetime import timedelta
from typing import Any

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.history import (
    SURVEY_DELAY,
    hours_and_minutes,
    new_rating,
    new_ticket,
    new_time_entry,
)
from freshdesk_assets.simulator.state import change
from freshdesk_assets.simulator.statuses import CLOSED, OPEN, enter_status
from freshdesk_assets.simulator.talking import Talking


class TicketChanges(Talking):
    """Changes to tickets, time entries and ratings, each under the world's lock."""

    @change
    def create_ticket(self, *, requester_id: int | None = None, **fields: Any) -> int:
        """A new ticket; `fields` are keys of its list row, or description_text. Returns its number."""
        requester_id = requester_id or self.rng.choice(self.contact_pool)
        ticket = new_ticket(self, self.rng, epoch(self.clock.stamp()), requester_id)
        ticket.row["updated_at"] = ticket.row["created_at"]
        if "description_text" in fields:
            ticket.description_text = fields.pop("description_text")
            ticket.description = words.html(ticket.description_text)
        unknown = fields.keys() - ticket.row.keys()
        if unknown:
            raise ValueError(f"a ticket's row has no {', '.join(sorted(unknown))}")
        status = fields.pop("status", OPEN)
        ticket.row.update(fields)
        enter_status(ticket, status, ticket.row["created_at"])
        self.add_ticket(ticket)
        return ticket.id

    @change
    def set_status(self, ticket_id: int, status: int) -> None:
        """Give a ticket another status, and the times that belong to it."""
        ticket = self.tickets[ticket_id]
        with self.changing(ticket):
            enter_status(ticket, status, self.clock.stamp())

    @change
    def set_priority(self, ticket_id: int, priority: int) -> None:
        """Give a ticket another priority: 1 is low, 4 urgent."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["priority"] = priority

    @change
    def set_type(self, ticket_id: int, kind: str | None) -> None:
        """Give a ticket another type."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["type"] = kind

    @change
    def assign(self, ticket_id: int, *, agent_id: int | None, group_id: int | None = None) -> None:
        """Give a ticket to an agent, or to nobody; the group stays unless one is given."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["responder_id"] = agent_id
            row["group_id"] = group_id or row["group_id"]

    @change
    def set_subject(self, ticket_id: int, subject: str | None) -> None:
        """Change what a ticket is called."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["subject"] = subject

    @change
    def set_tags(self, ticket_id: int, tags: list[str]) -> None:
        """Replace the tags; whether that alone moves a ticket is not established."""
        with self.changing(self.tickets[ticket_id], bump=self.unsettled_bumps) as row:
            row["tags"] = list(tags)

    @change
    def set_custom_field(self, ticket_id: int, name: str, value: object) -> None:
        """Change a custom field that exists."""
        with self.changing(self.tickets[ticket_id]) as row:
            if name not in row["custom_fields"]:
                raise ValueError(f"there is no ticket field {name}")
            row["custom_fields"] = {**row["custom_fields"], name: value}

    @change
    def escalate(self, ticket_id: int) -> None:
        """Mark a ticket as overdue, which moves it (docs/freshdesk_api.md, 5.1)."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["is_escalated"] = True

    @change
    def bulk_update(self, count: int, *, tag: str = "bulk") -> list[int]:
        """One change to many tickets at once: they share one updated_at (docs/freshdesk_api.md, 5.3)."""
        live = [number for _, number in self.shelves["live"].updated_at]
        chosen = sorted(self.rng.sample(live, k=min(count, len(live))))
        for ticket_id in chosen:
            with self.changing(self.tickets[ticket_id]) as row:
                row["tags"] = [*(name for name in row["tags"] if name != tag), tag]
        return chosen

    @change
    def merge_tickets(self, primary_id: int, secondary_id: int) -> None:
        """Close the second into the first; both get a note of the agent who did it, which moves both."""
        agent_id = next(iter(self.agents), None)
        text = f"Ticket {secondary_id} was merged into this."
        self._say(primary_id, "private_note", author_id=agent_id, text=text)
        text = f"Merged into ticket {primary_id}."
        note_id = self._say(secondary_id, "private_note", author_id=agent_id, text=text)
        secondary = self.tickets[secondary_id]
        with self.changing(secondary):
            enter_status(secondary, CLOSED, self.clock.stamp())
        secondary.journal.append((self.clock.stamp(), "merged_into", (primary_id, note_id)))

    @change
    def trash(self, ticket_id: int) -> None:
        """Put a ticket into the trash, which filter=deleted lists."""
        ticket = self.tickets[ticket_id]
        with self.changing(ticket):
            ticket.deleted = True

    @change
    def restore(self, ticket_id: int) -> None:
        """Take a ticket out of the trash."""
        ticket = self.tickets[ticket_id]
        with self.changing(ticket):
            ticket.deleted = False

    @change
    def mark_spam(self, ticket_id: int) -> None:
        """Mark a ticket as spam, which filter=spam lists."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["spam"] = True

    @change
    def unmark_spam(self, ticket_id: int) -> None:
        """Take a ticket out of spam."""
        with self.changing(self.tickets[ticket_id]) as row:
            row["spam"] = False

    @change
    def purge(self, ticket_id: int) -> None:
        """Delete a ticket for good: it leaves no trace (docs/freshdesk_api.md, 5.4)."""
        self._purge(ticket_id)

    def _purge(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        for row in ticket.conversations:
            del self.ticket_of_conversation[row["id"]]
        self.forget_ticket(ticket)
        for table in ("time_entries", "satisfaction_ratings"):
            rows = self.tables[table]
            for row_id in [row["id"] for row in rows.values() if row["ticket_id"] == ticket_id]:
                del rows[row_id]

    @change
    def archive(self, ticket_id: int) -> None:
        """Archive a ticket: it leaves every list, and nothing says so (docs/freshdesk_api.md, 4.4)."""
        ticket = self.tickets[ticket_id]
        with self.changing(ticket, bump=False):
            ticket.archived = True

    @change
    def add_time_entry(
        self, ticket_id: int, *, executed_at: str | None = None, timer_running: bool = False
    ) -> int:
        """Book time on a ticket, which does not move (docs/freshdesk_api.md, 5.1). Returns the entry's id.

        Agents set `executed_at` as they like (docs/freshdesk_api.md, 4.6).
        """
        entry = new_time_entry(self, self.rng, self.tickets[ticket_id], epoch(self.clock.stamp()))
        entry["executed_at"] = executed_at or entry["executed_at"]
        entry["timer_running"] = timer_running
        return int(entry["id"])

    @change
    def edit_time_entry(self, entry_id: int, *, seconds: int) -> None:
        """Correct a time entry; executed_at stays."""
        self.tables["time_entries"][entry_id] |= {
            "time_spent": hours_and_minutes(seconds),
            "time_spent_in_seconds": seconds,
            "updated_at": self.clock.stamp(),
        }

    @change
    def delete_time_entry(self, entry_id: int) -> None:
        """Delete a time entry."""
        del self.tables["time_entries"][entry_id]

    @change
    def add_rating(self, ticket_id: int) -> int:
        """Answer the survey, which moves the ticket 8 seconds later. Returns the rating's id."""
        rating = new_rating(self, self.rng, self.tickets[ticket_id], epoch(self.clock.stamp()))
        self.bump_later(ticket_id, timedelta(seconds=SURVEY_DELAY))
        return int(rating["id"])

    @change
    def change_rating(self, rating_id: int, *, value: int, feedback: str | None = None) -> None:
        """Change a rating; created_since does not find the change (docs/freshdesk_api.md, 4.7)."""
        rating = self.tables["satisfaction_ratings"][rating_id]
        rating["ratings"] = {**rating["ratings"], "default_question": value}
        rating["feedback"] = feedback
        rating["updated_at"] = self.clock.stamp()
        self.bump_later(rating["ticket_id"], timedelta(seconds=SURVEY_DELAY))
