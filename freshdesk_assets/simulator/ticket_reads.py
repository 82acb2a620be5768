"""How tickets and what belongs to them are read: which rows an endpoint finds, in which order and shape."""

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.conversations import conversations_of
from freshdesk_assets.simulator.plain_reads import as_it_is
from freshdesk_assets.simulator.refusals import Refused, not_found
from freshdesk_assets.simulator.state import Row, Ticket

URGENT = 4
VIEW_INCLUDES = ("conversations", "requester", "company", "stats")


def view_ticket(call: Call) -> Row:
    """A live, spam or deleted ticket; of an archived one, what a switch says (docs/freshdesk_api.md, 4.2)."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None:
        raise not_found()
    row = shown_ticket(call, ticket)
    match call.switches.archived_view if ticket.archived else "plain":
        case "missing":
            raise not_found()
        case "redirect":
            raise Refused(302, location=f"/api/v2/tickets/archived/{call.id}")
        case "plain":
            row.pop("archived", None)
    return row


def view_archived_ticket(call: Call) -> Row:
    """An archived ticket, by id; there is no list (docs/freshdesk_api.md, 4.4)."""
    return shown_ticket(call, archived_ticket(call))


def shown_ticket(call: Call, ticket: Ticket) -> Row:
    """The ticket with what was asked for; `urgent` on old accounts only (docs/freshdesk_api.md, 4.2)."""
    row = payloads.ticket_view(call.world, ticket, call.includes(VIEW_INCLUDES))
    return {**row, "urgent": row["priority"] == URGENT} if call.switches.urgent_key else row


def ticket_conversations(call: Call) -> Page:
    """Conversations of a ticket, deleted and spam too, oldest first (docs/freshdesk_api.md, 3.4 and 4.3)."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None or ticket.archived:
        raise not_found()
    return page_of_conversations(call, ticket)


def archived_conversations(call: Call) -> Page:
    """Conversations of an archived ticket (docs/freshdesk_api.md, 4.4)."""
    return page_of_conversations(call, archived_ticket(call))


def ticket_time_entries(call: Call) -> Page:
    """Those of one ticket (docs/freshdesk_api.md, 4.2)."""
    return page_of_ticket(call, "time_entries")


def ticket_ratings(call: Call) -> Page:
    """Those of one ticket (docs/freshdesk_api.md, 4.2)."""
    return page_of_ticket(call, "satisfaction_ratings")


def time_entries(call: Call) -> Page:
    """Newest first, bounded by executed_at, which agents edit (docs/freshdesk_api.md, 3.4 and 4.6)."""
    after, before = call.since("executed_after"), call.since("executed_before")
    agent_id, company_id, billable = call.number("agent_id"), call.number("company_id"), call.flag("billable")
    found = [
        row
        for row in reversed(call.world.tables["time_entries"].values())
        if (after is None or row["executed_at"] >= after)
        and (before is None or row["executed_at"] <= before)
        and (agent_id is None or row["agent_id"] == agent_id)
        and (company_id is None or row["company_id"] == company_id)
        and (billable is None or row["billable"] == billable)
    ]
    return call.page_of(found, as_it_is)


def satisfaction_ratings(call: Call) -> Page:
    """Ratings; created_since compares created_at, and so finds no changes (docs/freshdesk_api.md, 4.7)."""
    since, user_id = call.since("created_since"), call.number("user_id")
    found = [
        row
        for row in call.world.tables["satisfaction_ratings"].values()
        if row["created_at"] >= (since or "") and user_id in (None, row["user_id"])
    ]
    return call.page_of(found, as_it_is)


def surveys(call: Call) -> Page:
    """Surveys, active or not (docs/freshdesk_api.md, 4.7)."""
    active = call.choice("state", ("active", "inactive"), "")
    rows = call.world.tables["surveys"].values()
    found = [row for row in rows if not active or row["active"] == (active == "active")]
    return call.page_of(found, as_it_is)


def archived_ticket(call: Call) -> Ticket:
    """The archived ticket the path names."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None or not ticket.archived:
        raise not_found()
    return ticket


def page_of_conversations(call: Call, ticket: Ticket) -> Page:
    """A page of a ticket's conversations."""
    return call.page_of(
        conversations_of(call.world, ticket), lambda row: payloads.conversation(call.world, row)
    )


def page_of_ticket(call: Call, table: str) -> Page:
    """The rows of a table that belong to the ticket the path names."""
    if call.id not in call.world.tickets:
        raise not_found()
    rows = [row for row in call.world.tables[table].values() if row["ticket_id"] == call.id]
    return call.page_of(rows, as_it_is)
