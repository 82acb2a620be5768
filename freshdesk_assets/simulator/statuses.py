"""From a change of status to the times that belong to it."""

from freshdesk_assets.simulator.state import Ticket

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
SOLVED = (RESOLVED, CLOSED)


def enter_status(ticket: Ticket, status: int, at: str) -> None:
    """Give a ticket a status, its stats, and a line in its journal; one that it has already changes nothing.

    A ticket that is closed without having been resolved counts as resolved at that moment.
    """
    former = ticket.row["status"]
    if status == former:
        return
    ticket.row["status"] = status
    stats = ticket.stats
    stats["status_updated_at"] = at
    stats["pending_since"] = at if status == PENDING else None
    if former in SOLVED and status not in SOLVED:
        stats |= {"reopened_at": at, "resolved_at": None, "closed_at": None}
    if status in SOLVED:
        stats["resolved_at"] = stats["resolved_at"] or at
    if status == CLOSED:
        stats["closed_at"] = at
    ticket.record(at)
