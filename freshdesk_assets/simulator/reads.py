"""How each endpoint answers: which rows it finds, in which order, and in which shape it shows them."""

from collections.abc import Callable

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.conversations import conversations_of
from freshdesk_assets.simulator.refusals import Refused, access_denied, not_found
from freshdesk_assets.simulator.state import Agent, Row, Ticket, name_key

VIEW_INCLUDES = ("conversations", "requester", "company", "stats")
CONTACT_STATES = ("verified", "unverified", "blocked", "deleted")


def view_ticket(call: Call) -> Row:
    """Live, spam and deleted ones; of an archived one, what a switch says (docs/freshdesk_api.md, 4.2)."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None:
        raise not_found()
    row = payloads.ticket_view(call.world, ticket, call.includes(VIEW_INCLUDES))
    match call.switches.archived_view if ticket.archived else "plain":
        case "missing":
            raise not_found()
        case "redirect":
            raise Refused(302, location=f"/api/v2/tickets/archived/{call.id}")
        case "plain":
            row.pop("archived", None)
    return row


def view_archived_ticket(call: Call) -> Row:
    """By id only, there is no list (docs/freshdesk_api.md, 4.4)."""
    return payloads.ticket_view(call.world, archived_ticket(call), call.includes(VIEW_INCLUDES))


def ticket_conversations(call: Call) -> Page:
    """Oldest first, of deleted and spam tickets too (docs/freshdesk_api.md, 3.4 and 4.3)."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None or ticket.archived:
        raise not_found()
    return page_of_conversations(call, ticket)


def archived_conversations(call: Call) -> Page:
    """What was said on an archived ticket (docs/freshdesk_api.md, 4.4)."""
    return page_of_conversations(call, archived_ticket(call))


def ticket_time_entries(call: Call) -> Page:
    """Those of one ticket (docs/freshdesk_api.md, 4.2)."""
    return page_of_ticket(call, "time_entries")


def ticket_ratings(call: Call) -> Page:
    """Those of one ticket (docs/freshdesk_api.md, 4.2)."""
    return page_of_ticket(call, "satisfaction_ratings")


def time_entries(call: Call) -> Page:
    """In time by executed_at only, which agents edit; newest first (docs/freshdesk_api.md, 3.4 and 4.6)."""
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
    """created_since looks at created_at, and does not find a changed one (docs/freshdesk_api.md, 4.7)."""
    since, user_id = call.since("created_since"), call.number("user_id")
    found = [
        row
        for row in call.world.tables["satisfaction_ratings"].values()
        if row["created_at"] >= (since or "") and user_id in (None, row["user_id"])
    ]
    return call.page_of(found, as_it_is)


def surveys(call: Call) -> Page:
    """Active or not (docs/freshdesk_api.md, 4.7)."""
    active = call.choice("state", ("active", "inactive"), "")
    rows = call.world.tables["surveys"].values()
    found = [row for row in rows if not active or row["active"] == (active == "active")]
    return call.page_of(found, as_it_is)


def contacts(call: Call) -> Page:
    """Ordered by name; blocked and deleted ones only through `state` (docs/freshdesk_api.md, 3.4 and 4.8)."""
    state = call.choice("state", CONTACT_STATES, "")
    kind = call.choice("contact_type", ("contact", "visitor"), "")
    since = call.since("_updated_since", "updated_since")
    company_id = call.number("company_id")
    exact = {name: call.query[name] for name in ("email", "mobile", "phone") if name in call.query}
    states = (state,) if state else ("verified", "unverified")
    everybody = call.world.contacts
    found = [
        contact
        for contact in (everybody[number] for _, number in call.world.contact_names)
        if contact.state in states
        and (since is None or contact.row["updated_at"] >= since)
        and (not kind or contact.row["contact_type"] == kind)
        and (company_id is None or contact.row["company_id"] == company_id)
        and all(contact.row[name] == value for name, value in exact.items())
    ]
    return call.page_of(found, payloads.contact_in_list)


def view_contact(call: Call) -> Row:
    """A contact with what its list leaves out (docs/freshdesk_api.md, 4.8)."""
    if call.id not in call.world.contacts:
        raise not_found()
    return payloads.contact_view(call.world, call.world.contacts[call.id])


def companies(call: Call) -> Page:
    """Ordered by name (docs/freshdesk_api.md, 3.4 and 4.9)."""
    since = call.since("updated_since") or ""
    rows = [row for row in call.world.tables["companies"].values() if row["updated_at"] >= since]
    return call.page_of(sorted(rows, key=name_key), as_it_is)


def agents(call: Call) -> Page:
    """Ordered by name; no filter in time (docs/freshdesk_api.md, 3.4 and 4.10)."""
    state = call.choice("state", ("fulltime", "occasional"), "")
    exact = {name: call.query[name] for name in ("email", "mobile", "phone") if name in call.query}
    found: list[Agent] = [
        agent
        for agent in call.world.agents.values()
        if (not state or agent.row["occasional"] == (state == "occasional"))
        and all(agent.row["contact"][name] == value for name, value in exact.items())
    ]
    found.sort(key=lambda agent: (agent.row["contact"]["name"].casefold(), agent.row["id"]))
    return call.page_of(found, payloads.agent_in_list)


def view_agent(call: Call) -> Row:
    """An agent with groups, roles and skills (docs/freshdesk_api.md, 4.10)."""
    if call.id not in call.world.agents:
        raise not_found()
    return payloads.agent_view(call.world, call.world.agents[call.id])


def view_me(call: Call) -> Row:
    """The key belongs to the agent who was here first (docs/freshdesk_api.md, 4.10)."""
    for agent in call.world.agents.values():
        return payloads.agent_view(call.world, agent)
    raise not_found()


def groups(call: Call) -> Page:
    """The old list, without agent_ids (docs/freshdesk_api.md, 4.11)."""
    rows = list(call.world.tables["groups"].values())
    return call.page_of(rows, lambda row: payloads.old_group(row, view=False))


def view_group(call: Call) -> Row:
    """The old view, with agent_ids (docs/freshdesk_api.md, 4.11)."""
    return payloads.old_group(row_of(call, "groups"), view=True)


def admin_groups(call: Call) -> Page:
    """The list of 2021, with agent_ids (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    return call.page_of(list(call.world.tables["groups"].values()), payloads.admin_group)


def view_admin_group(call: Call) -> Row:
    """The view of 2021 (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    return payloads.admin_group(row_of(call, "groups"))


def admin_group_agents(call: Call) -> Page:
    """The members with their role_ids (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    members = [call.world.agents[number] for number in row_of(call, "groups")["agent_ids"]]
    return call.page_of(members, payloads.group_agent)


def ticket_fields(call: Call) -> Page:
    """The words for status, source, priority, group, agent and product (docs/freshdesk_api.md, 4.13)."""
    rows = [payloads.ticket_field(call.world, row) for row in call.world.tables["ticket_fields"].values()]
    kind = call.query.get("type")
    return call.page_of([row for row in rows if kind in (None, row["type"])], as_it_is)


def admin_ticket_fields(call: Call) -> Page:
    """No choices; sections on demand (docs/freshdesk_api.md, 4.13)."""
    sections = "section" in call.includes(("section",))

    def shown(row: Row) -> Row:
        return payloads.admin_ticket_field(row) | ({"sections": []} if sections else {})

    return call.page_of(list(call.world.tables["ticket_fields"].values()), shown)


def email_configs(call: Call) -> Page:
    """The old face of the mailboxes (docs/freshdesk_api.md, 4.15)."""
    return call.page_of(list(call.world.tables["mailboxes"].values()), payloads.email_config)


def mailboxes(call: Call) -> Page:
    """Primaries first, then by product, unless asked otherwise (docs/freshdesk_api.md, 3.4 and 4.15)."""
    order = call.choice("order_by", ("product_id", "group_id"), "")
    descending = call.choice("order_type", ("asc", "desc"), "asc") == "desc"
    product_id, group_id, active = call.number("product_id"), call.number("group_id"), call.flag("active")
    support, forward = call.query.get("support_email"), call.query.get("forward_email")
    found = [
        row
        for row in call.world.tables["mailboxes"].values()
        if product_id in (None, row["product_id"])
        and group_id in (None, row["group_id"])
        and active in (None, row["active"])
        and support in (None, row["support_email"])
        and forward in (None, row.get("freshdesk_mailbox", {}).get("forward_email"))
    ]
    first = "" if order else "default_reply_email"
    found.sort(key=lambda row: (not row.get(first), row[order or "product_id"] or 0, row["id"]))
    if descending:
        found.reverse()
    return call.page_of(found, as_it_is)


def skills(call: Call) -> Page:
    """With the agents who have each (docs/freshdesk_api.md, 4.12)."""
    rows = list(call.world.tables["skills"].values())
    return call.page_of(rows, lambda row: payloads.skill(call.world, row))


def helpdesk(call: Call) -> Row:
    """One object without id (docs/freshdesk_api.md, 4.18)."""
    return call.world.helpdesk


def account(call: Call) -> Row:
    """One object (docs/freshdesk_api.md, 4.18)."""
    return payloads.account(call.world)


def listing(table: str) -> Callable[[Call], Page]:
    """A small list that is shown as it is, in the order in which it was set up."""
    return lambda call: call.page_of(list(call.world.tables[table].values()), as_it_is)


def viewing(table: str) -> Callable[[Call], Row]:
    """One row of such a list."""
    return lambda call: row_of(call, table)


def as_it_is(row: Row) -> Row:
    """A row that is stored as it is sent."""
    return row


def row_of(call: Call, table: str) -> Row:
    """The row the path names."""
    if call.id not in call.world.tables[table]:
        raise not_found()
    return call.world.tables[table][call.id]


def archived_ticket(call: Call) -> Ticket:
    """The archived ticket the path names."""
    ticket = call.world.tickets.get(call.id)
    if ticket is None or not ticket.archived:
        raise not_found()
    return ticket


def page_of_conversations(call: Call, ticket: Ticket) -> Page:
    """What was said on a ticket, page by page."""
    return call.page_of(
        conversations_of(call.world, ticket), lambda row: payloads.conversation(call.world, row)
    )


def page_of_ticket(call: Call, table: str) -> Page:
    """The rows of a table that belong to the ticket the path names."""
    if call.id not in call.world.tickets:
        raise not_found()
    rows = [row for row in call.world.tables[table].values() if row["ticket_id"] == call.id]
    return call.page_of(rows, as_it_is)


def check_admin_groups(call: Call) -> None:
    """Refuse on accounts that still have the old groups (docs/freshdesk_api.md, 4.11)."""
    match call.switches.admin_groups_status:
        case 200:
            return
        case 403:
            raise access_denied()
        case status:
            raise Refused(status)
