"""Keys that the newest accounts send of agents, groups, companies and contacts, and others do not.

Those of agents and groups have been seen (docs/freshdesk_api.md, 4.10 and 4.11). Each value follows from the
row's id, so that it is the same at every read.
"""

from freshdesk_assets.simulator.state import Row, State

# Beyond 2^53 (docs/freshdesk_api.md, 6.1).
FIRST_ORG_COMPANY_ID = 1_923_456_789_012_345_679


def agent_keys(number: int) -> Row:
    """What is told of an agent."""
    status = {"id": 1_294_529 + number % 3, "name": ("Available", "Beim Mittagessen", "Busy")[number % 3]}
    return {"api_key_enabled": number % 4 != 1, "agent_operational_status": status if number % 5 else None}


def group_keys(number: int) -> Row:
    """What is told of a group."""
    return {"agent_availability_status": number % 2 == 0}


def company_keys(number: int) -> Row:
    """What is told of a company: a number, and on some accounts the same as a text."""
    known = FIRST_ORG_COMPANY_ID + number * 7919
    return {"org_company_id": str(known) if number % 2 else known}


def contact_keys(number: int) -> Row:
    """What is told of a contact."""
    return {
        "guest_name": f"Gast {number % 1000}" if number % 23 == 0 else None,
        "guest_profile_pic": f"https://pics.example/{number}.png" if number % 46 == 0 else None,
    }


def send_live_keys(state: State, *, sent: bool = True) -> None:
    """Send them from now on, of those who are there and of those who come; or send them no more."""
    state.live_keys = sent
    for agent in state.agents.values():
        put(agent.row, agent_keys(agent.row["id"]), sent=sent)
    for contact in state.contacts.values():
        put(contact.row, contact_keys(contact.row["id"]), sent=sent)
    for number, row in state.tables["groups"].items():
        put(row, group_keys(number), sent=sent)
    for number, row in state.tables["companies"].items():
        put(row, company_keys(number), sent=sent)


def put(row: Row, keys: Row, *, sent: bool) -> None:
    """Put the keys into a row, or take them out."""
    for key, value in keys.items():
        if sent:
            row[key] = value
        else:
            row.pop(key, None)
