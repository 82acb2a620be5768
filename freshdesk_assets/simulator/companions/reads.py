"""How what is beside a ticket is read: each by a call of its own, and none for archived tickets."""

from freshdesk_assets.simulator.calls import PAGING, Call, Page
from freshdesk_assets.simulator.companions.keeping import HEADS, MEMBERS, Companions
from freshdesk_assets.simulator.endpoints import Endpoint
from freshdesk_assets.simulator.refusals import not_found
from freshdesk_assets.simulator.state import Row, Ticket

ASSOCIATED_KEYS = (
    "id", "group_id", "priority", "requester_id", "responder_id", "source", "company_id", "status", "subject",
    "product_id", "type", "due_by", "fr_due_by", "is_escalated", "created_at", "updated_at",
)  # fmt: skip


def associated_tickets(call: Call) -> Page:
    """The children of a parent or the tickets related to a tracker, in an object; others are not found."""
    ticket = ticket_of(call)
    if ticket.row["association_type"] not in HEADS:
        raise not_found()
    others = [associated(other) for other in companions_of(call).others(ticket)]
    return Page(others, more=False, key="tickets")


def prime_association(call: Call) -> Row:
    """The parent of a child, or the tracker of a related ticket; others are not found."""
    ticket = ticket_of(call)
    heads = companions_of(call).others(ticket)
    if ticket.row["association_type"] not in MEMBERS or not heads:
        raise not_found()
    return associated(heads[0])


def associated(ticket: Ticket) -> Row:
    """The few keys of a ticket that an association shows."""
    return {key: ticket.row[key] for key in ASSOCIATED_KEYS}


def watchers(call: Call) -> Row:
    """Agents who watch, perhaps none."""
    return {"watcher_ids": companions_of(call).watchers.get(ticket_of(call).id, [])}


def accesses(call: Call) -> Row:
    """People who were given access, perhaps none."""
    return {"user_ids": companions_of(call).accesses.get(ticket_of(call).id, [])}


def summary(call: Call) -> Row:
    """The summary; 404 says that there is none, and not that there is no such ticket."""
    found = companions_of(call).summaries.get(ticket_of(call).id)
    if found is None:
        raise not_found()
    return found


def companions_of(call: Call) -> Companions:
    """What this account's tickets have beside themselves."""
    if not isinstance(call.world, Companions):
        raise TypeError("tickets of this world have nothing beside them")
    return call.world


def ticket_of(call: Call) -> Ticket:
    """The ticket the path names."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None or ticket.archived:
        raise not_found()
    return ticket


ASSOCIATIONS = "Ticket Associations"
COMPANIONS = (
    Endpoint(
        path="tickets/{id}/associated_tickets", answer=associated_tickets, params=PAGING, feature=ASSOCIATIONS
    ),
    Endpoint(path="tickets/{id}/prime_association", answer=prime_association, feature=ASSOCIATIONS),
    Endpoint(path="tickets/{id}/watchers", answer=watchers, params=PAGING, feature="Ticket Watchers"),
    Endpoint(path="tickets/{id}/summary", answer=summary, feature="Ticket Summary"),
    Endpoint(path="tickets/{id}/accesses", answer=accesses, params=PAGING, feature="Ticket Accesses"),
)
