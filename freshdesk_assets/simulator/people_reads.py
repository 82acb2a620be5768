"""How people, companies and groups are read: which rows an endpoint finds, in which order and shape."""

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.plain_reads import as_it_is, row_of
from freshdesk_assets.simulator.refusals import Refused, access_denied, not_found
from freshdesk_assets.simulator.setup.reads import agent_availability
from freshdesk_assets.simulator.state import Agent, Row, name_key

CONTACT_STATES = ("verified", "unverified", "blocked", "deleted")


def contacts(call: Call) -> Page:
    """Contacts by name; blocked and deleted ones only by `state` (docs/freshdesk_api.md, 3.4 and 4.8)."""
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
    """Companies by name (docs/freshdesk_api.md, 3.4 and 4.9)."""
    since = call.since("updated_since") or ""
    rows = [row for row in call.world.tables["companies"].values() if row["updated_at"] >= since]
    return call.page_of(sorted(rows, key=name_key), as_it_is)


def agents(call: Call) -> Page:
    """Agents by name; no filter by time (docs/freshdesk_api.md, 3.4 and 4.10)."""
    if call.choice("only", ("availability",), ""):
        return agent_availability(call)
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
    """The agent whose key it is: the first of the account (docs/freshdesk_api.md, 4.10)."""
    for agent in call.world.agents.values():
        return payloads.agent_view(call.world, agent)
    raise not_found()


def groups(call: Call) -> Page:
    """Groups in the old list, without agent_ids (docs/freshdesk_api.md, 4.11)."""
    rows = list(call.world.tables["groups"].values())
    return call.page_of(rows, lambda row: payloads.old_group(row, view=False))


def view_group(call: Call) -> Row:
    """A group by the old row call, with agent_ids (docs/freshdesk_api.md, 4.11)."""
    return payloads.old_group(row_of(call, "groups"), view=True)


def admin_groups(call: Call) -> Page:
    """Groups in the list of 2021, with agent_ids (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    return call.page_of(list(call.world.tables["groups"].values()), payloads.admin_group)


def view_admin_group(call: Call) -> Row:
    """A group by the row call of 2021 (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    return payloads.admin_group(row_of(call, "groups"))


def admin_group_agents(call: Call) -> Page:
    """Members of a group with their role_ids (docs/freshdesk_api.md, 4.11)."""
    check_admin_groups(call)
    members = [call.world.agents[number] for number in row_of(call, "groups")["agent_ids"]]
    return call.page_of(members, payloads.group_agent)


def check_admin_groups(call: Call) -> None:
    """Refuse on accounts that still have the old groups (docs/freshdesk_api.md, 4.11)."""
    match call.switches.admin_groups_status:
        case 200:
            return
        case 403:
            raise access_denied()
        case status:
            raise Refused(status)
