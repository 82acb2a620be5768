"""A world whose tickets have due times by policy, and are escalated when these have passed."""

from bisect import insort

from freshdesk_assets.simulator.clock import epoch, epoch_stamp
from freshdesk_assets.simulator.eventful import Eventful
from freshdesk_assets.simulator.state import Ticket
from freshdesk_assets.simulator.truth.lives import Clocks, Life
from freshdesk_assets.simulator.truth.service import due_times

DUE_KEYS = ("fr_due_by", "due_by", "nr_due_by")
# Freshdesk escalates minutes after a ticket is due (docs/freshdesk_api.md, 5.1).
ESCALATION_DELAY = 120


class Punctual(Eventful):
    """A world that keeps due times and escalation flags, if it has service levels."""

    _due_escalations: list[tuple[str, int]]

    def begin_service_levels(self) -> None:
        """Give every ticket its due times, and keep them from now on."""
        self.service_levels, self._due_escalations = True, []
        for ticket in self.tickets.values():
            self.heed(ticket, self.clock.stamp())

    def heed(self, ticket: Ticket, at: str) -> None:
        """Work out a ticket's due times and flags, and remember when it may become late."""
        if not self.service_levels:
            return
        ticket.row.update(due_times(self, Life(self, Clocks(self), ticket, epoch(at))))
        for key in DUE_KEYS:
            due = ticket.row[key]
            if due is not None and due >= at:
                insort(self._due_escalations, (epoch_stamp(epoch(due) + ESCALATION_DELAY), ticket.id))

    def settle(self) -> None:
        """Make the delayed moves that are due by now, and escalate the tickets that are late by then."""
        super().settle()
        now = self.clock.stamp()
        while self.service_levels and self._due_escalations and self._due_escalations[0][0] <= now:
            at, ticket_id = self._due_escalations.pop(0)
            ticket = self.tickets.get(ticket_id)
            if ticket is None:
                continue
            kept = due_times(self, Life(self, Clocks(self), ticket, epoch(at)))
            if any(ticket.row[key] != value for key, value in kept.items()):
                with self.changing(ticket, at=at):
                    pass
