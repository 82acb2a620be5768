"""From stored rows to rows as the API sends them: in a list, in reply to a row call, and with includes.

A row call asks for one row; Freshdesk's documentation calls it "View a ticket", and so do the functions here.
The shapes differ, and each difference is a trap for clients: keys that only a row call has, keys that lists
leave out, URLs that are signed anew on every read (docs/freshdesk_api.md, 4 and 6.5).
"""

import hashlib
import itertools
from collections.abc import Collection, Iterable
from typing import cast

from freshdesk_assets.simulator.clock import epoch
from freshdesk_assets.simulator.conversations import conversations_of
from freshdesk_assets.simulator.state import Agent, Contact, Row, State, Ticket

SIGNED_KEYS = ("attachment_url", "thumb_url", "avatar_url", "icon_url")
SIGNATURE_SECONDS = 3 * 3600
CONVERSATIONS_IN_VIEW = 10
OLD_GROUP_KEYS = (
    "id", "name", "description", "escalate_to", "unassigned_for", "business_hour_id", "group_type",
    "created_at", "updated_at", "auto_ticket_assign",
)  # fmt: skip
ADMIN_GROUP_KEYS = (
    "id", "name", "description", "escalate_to", "unassigned_for", "agent_ids", "type", "business_calendar_id",
    "allow_agents_to_change_availability", "automatic_agent_assignment", "created_at", "updated_at",
)  # fmt: skip
LIVE_GROUP_KEYS = ("agent_availability_status",)

_reads = itertools.count(1)


def signed(state: State, row: Row) -> Row:
    """A copy whose URLs expire and differ on each read, as CloudFront's do (docs/freshdesk_api.md, 6.5)."""
    copy = dict(row)
    for key in SIGNED_KEYS:
        if key in copy:
            expires = epoch(state.clock.stamp()) + SIGNATURE_SECONDS
            signature = hashlib.sha256(f"{copy[key]} {next(_reads)}".encode()).hexdigest()
            query = f"Expires={expires}&Signature={signature}&Key-Pair-Id=APKADEMO"
            here = state.files and state.files.link(copy[key], query, signature)
            copy[key] = here or f"{copy[key]}?{query}"
    return copy


def ticket_in_list(state: State, ticket: Ticket, includes: Collection[str], *, deleted_key: bool) -> Row:
    """A row of GET /tickets: description only if included, attachments never."""
    row = ticket.row
    if not includes and not ticket.deleted:
        return row
    row = dict(row)
    if ticket.deleted and deleted_key:
        row["deleted"] = True
    if "description" in includes:
        row["description"] = ticket.description
        row["description_text"] = ticket.description_text
    add_people(state, row, ticket, includes)
    return row


def ticket_view(state: State, ticket: Ticket, includes: Collection[str]) -> Row:
    """GET /tickets/{id}."""
    row = ticket_truth(ticket)
    for key in ("stats", "deleted"):
        del row[key]
    if ticket.deleted:
        row["deleted"] = True
    if ticket.archived:
        row["archived"] = True
    row["attachments"] = [signed(state, attachment) for attachment in ticket.attachments]
    if "conversations" in includes:
        first = conversations_of(state, ticket)[:CONVERSATIONS_IN_VIEW]
        row["conversations"] = [conversation(state, item) for item in first]
    add_people(state, row, ticket, includes)
    return row


def add_people(state: State, row: Row, ticket: Ticket, includes: Collection[str]) -> None:
    """Add what the includes bring that list and row call have in common."""
    if "stats" in includes:
        row["stats"] = ticket.stats
    if "requester" in includes:
        person = state.person(row["requester_id"])
        row["requester"] = person and {key: person[key] for key in ("id", "name", "email", "mobile", "phone")}
    if "company" in includes:
        company = state.tables["companies"].get(row["company_id"])
        row["company"] = company and {"id": company["id"], "name": company["name"]}


def ticket_truth(ticket: Ticket) -> Row:
    """All that any read can show of the ticket itself, URLs unsigned."""
    return {
        **ticket.row,
        "description": ticket.description,
        "description_text": ticket.description_text,
        "attachments": ticket.attachments,
        **ticket.view_only,
        "stats": ticket.stats,
        "deleted": ticket.deleted,
    }


def conversation(state: State, row: Row) -> Row:
    """A row of GET /tickets/{id}/conversations."""
    if not row["attachments"]:
        return row
    return {**row, "attachments": [signed(state, attachment) for attachment in row["attachments"]]}


def contact_in_list(contact: Contact) -> Row:
    """GET /contacts: other companies as ids, no key without a company (docs/freshdesk_api.md, 4.8)."""
    row = dict(contact.row)
    if row["company_id"] is not None:
        row["other_companies"] = [other["company_id"] for other in contact.other_companies]
    if contact.deleted:
        row["deleted"] = True
    return row


def contact_view(state: State, contact: Contact) -> Row:
    """GET /contacts/{id}."""
    row = contact_truth(contact)
    del row["state"]
    row["avatar"] = row["avatar"] and signed(state, row["avatar"])
    return row


def contact_truth(contact: Contact) -> Row:
    """All that any read can show of a contact, URLs unsigned, and the `state` it is listed under."""
    row = {**contact.row, **contact.view_only, "deleted": contact.deleted, "state": contact.state}
    if row["company_id"] is not None:
        row["other_companies"] = contact.other_companies
    return row


def agent_in_list(agent: Agent) -> Row:
    """A row of GET /agents: neither groups nor roles nor skills (docs/freshdesk_api.md, 4.10)."""
    return agent.row


def agent_view(state: State, agent: Agent) -> Row:
    """GET /agents/{id}."""
    return {
        **agent.row,
        "group_ids": state.group_ids(agent.row["id"]),
        "role_ids": agent.role_ids,
        "skill_ids": agent.skill_ids,
        "contribution_group_ids": [],
    }


def old_group(row: Row, *, view: bool) -> Row:
    """GET /groups; only the row call has the members (docs/freshdesk_api.md, 4.11)."""
    shown = {key: row[key] for key in OLD_GROUP_KEYS}
    return {**shown, "agent_ids": row["agent_ids"]} if view else shown


def admin_group(row: Row) -> Row:
    """GET /admin/groups, which has the members in the list too (docs/freshdesk_api.md, 4.11)."""
    return {key: row[key] for key in (*ADMIN_GROUP_KEYS, *LIVE_GROUP_KEYS) if key in row}


def group_agent(agent: Agent) -> Row:
    """A row of GET /admin/groups/{id}/agents, the cheap way to role_ids (docs/freshdesk_api.md, 4.11)."""
    contact = agent.row["contact"]
    return {
        "id": agent.row["id"],
        "ticket_scope": agent.row["ticket_scope"],
        "write_access": True,
        "role_ids": agent.role_ids,
        "contact": {"name": contact["name"], "avatar": None, "email": contact["email"]},
        "created_at": agent.row["created_at"],
        "updated_at": agent.row["updated_at"],
        "freshcaller_agent": agent.row["freshcaller_agent"],
        "freshchat_agent": agent.row["freshchat_agent"],
    }


def ticket_field(state: State, row: Row) -> Row:
    """A row of GET /ticket_fields; groups, agents and products are those of this moment."""
    match row["type"]:
        case "default_group":
            return {**row, "choices": ids_by_name(state.tables["groups"].values())}
        case "default_agent":
            people = (agent.row for agent in state.agents.values())
            return {**row, "choices": {agent["contact"]["name"]: agent["id"] for agent in people}}
        case "default_product":
            return {**row, "choices": ids_by_name(state.tables["products"].values())}
    return row


def admin_ticket_field(row: Row) -> Row:
    """A row of GET /admin/ticket_fields: no choices, more about the form (docs/freshdesk_api.md, 4.13)."""
    shown = {key: value for key, value in row.items() if key not in ("choices", "nested_ticket_fields")}
    return {
        **shown,
        "has_section": False,
        "section_mappings": [],
        "is_fsm": False,
        "field_update_in_progress": False,
        "archived": False,
    }


def ids_by_name(rows: Iterable[Row]) -> dict[str, int]:
    """Choices in the shape {label: id}, the third of five."""
    return {row["name"]: row["id"] for row in rows}


def email_config(row: Row) -> Row:
    """A row of the old GET /email_configs, which has the mailboxes' ids (docs/freshdesk_api.md, 4.15)."""
    forward = cast(Row, row.get("freshdesk_mailbox") or {})
    return {
        "id": row["id"],
        "name": row["name"],
        "product_id": row["product_id"],
        "to_email": forward.get("forward_email", row["support_email"]),
        "reply_email": row["support_email"],
        "group_id": row["group_id"],
        "primary_role": row["default_reply_email"],
        "active": row["active"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def skill(state: State, row: Row) -> Row:
    """A row of GET /admin/skills, with the agents who have it now (docs/freshdesk_api.md, 4.12)."""
    skilled = [{"id": number} for number, agent in state.agents.items() if row["id"] in agent.skill_ids]
    return {**row, "agents": skilled}


def account(state: State) -> Row:
    """GET /account; agents are counted as they are now."""
    agents = [agent.row for agent in state.agents.values()]
    return {
        **state.account,
        "total_agents": {
            "full_time": sum(not agent["occasional"] for agent in agents),
            "occasional": sum(agent["occasional"] for agent in agents),
            "field_service": sum(agent["type"] == "field_agent" for agent in agents),
            "collaborators": sum(agent["type"] == "collaborator" for agent in agents),
        },
    }
