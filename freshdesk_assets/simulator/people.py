"""Makes companies, contacts and agents for the account."""

import random
import uuid

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.clock import epoch_stamp
from freshdesk_assets.simulator.setup.live_keys import agent_keys, company_keys, contact_keys
from freshdesk_assets.simulator.state import Agent, Contact, Row, State

# Beyond 2^53: such ids break readers that pass them through a float (docs/freshdesk_api.md, 6.1).
FIRST_ORG_CONTACT_ID = 1_823_456_789_012_345_679


def new_company(state: State, rng: random.Random, at: str, name: str | None = None) -> Row:
    """Add a company."""
    company_id = state.next_id("companies")
    number = company_id % 100_000
    domain = f"company{number}.example"
    row: Row = {
        "id": company_id,
        "name": name or words.company_name(rng, number),
        "description": rng.choice((None, words.text(rng, 1))),
        "note": rng.choice((None, 'Pays late; call "Zoë" first.')),
        "domains": [[domain], [domain, f"www.{domain}"], []][number % 3],
        "created_at": at,
        "updated_at": at,
        "custom_fields": {"contract_number": number, "account_manager": rng.choice(words.FIRST_NAMES)},
        "health_score": rng.choice(("At risk", "Doing okay", "Happy", None)),
        "account_tier": rng.choice(("Basic", "Premium", "Enterprise", None)),
        "renewal_date": rng.choice((None, "2027-01-31T00:00:00Z")),
        "industry": rng.choice(words.INDUSTRIES),
        **(company_keys(company_id) if state.live_keys else {}),
    }
    state.tables["companies"][company_id] = row
    return row


def new_contact(
    state: State, rng: random.Random, at: str, *, contact_id: int | None = None, name: str | None = None
) -> Contact:
    """Add a contact; `contact_id` if the person is known already."""
    contact_id = contact_id or state.next_id("people")
    number = contact_id % 1_000_000
    name = name or words.person_name(rng)
    companies = list(state.tables["companies"])
    company_id = rng.choice(companies) if companies and number % 4 else None
    others = rng.sample(companies, k=min(2, len(companies))) if company_id and number % 9 == 1 else []
    row: Row = {
        "active": number % 3 != 0,
        "address": rng.choice((None, f"{number % 90 + 1} Rue de l'Église\n{rng.choice(words.CITIES)}")),
        "company_id": company_id,
        "description": rng.choice((None, None, 'Prefers "Sie".')),
        "email": f"person{number}@example.com" if number % 11 else None,
        "id": contact_id,
        "job_title": rng.choice(words.JOB_TITLES),
        "language": rng.choice(words.LANGUAGES),
        "mobile": f"+43660{number:06d}" if number % 5 == 0 else None,
        "name": name,
        "phone": f"+431{number:06d}" if number % 2 or number % 11 == 0 else None,
        "time_zone": rng.choice(words.TIME_ZONES),
        "twitter_id": f"@person{number}" if number % 13 == 0 else None,
        "custom_fields": {
            "membership_level": rng.choice(("Gold", "Brønze", None)),
            "customer_since": rng.choice((None, "2021-06-30")),
            "newsletter": number % 2 == 0,
        },
        "facebook_id": f"fb.{number}" if number % 17 == 0 else None,
        "csat_rating": rng.choice((103, -103, None, None)),
        "preferred_source": rng.choice(("phone", "outbound_email", None)),
        "unique_external_id": f"crm-{number}" if number % 7 == 0 else None,
        "first_name": name.split()[0],
        "last_name": name.split(maxsplit=1)[1] if " " in name else None,
        "contact_type": "visitor" if number % 19 == 0 else "contact",
        "social_handler": [],
        "visitor_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "org_contact_id": FIRST_ORG_CONTACT_ID + number * 7919,
        "other_phone_numbers": [{"label": None, "value": f"+49170{number:06d}"}] if number % 8 == 0 else [],
        "twitter_profile_status": False,
        "twitter_followers_count": None,
        "created_at": at,
        "updated_at": at,
        **(contact_keys(contact_id) if state.live_keys else {}),
    }
    view_only: Row = {
        "view_all_tickets": number % 6 == 0 if company_id else None,
        "tags": rng.sample(words.TAGS, k=2) if number % 4 == 1 else [],
        "other_emails": [f"p{number}@other.example"] if number % 5 == 2 else [],
        "avatar": avatar(number, at) if number % 6 == 3 else None,
        "devices": [],
    }
    other_companies = [
        {"company_id": other, "view_all_tickets": bool(other % 2)} for other in others if other != company_id
    ]
    contact = Contact(row=row, view_only=view_only, other_companies=other_companies)
    state.add_contact(contact)
    return contact


def avatar(number: int, at: str) -> Row:
    """A picture; its URL is signed anew on every read."""
    return {
        "id": 43_800_000_000 + number,
        "name": "Porträt.png",
        "content_type": "image/png",
        "size": 1000 + number % 5000,
        "avatar_url": f"https://demo.attachments.freshdesk.example/avatars/{number}/Portr%C3%A4t.png",
        "created_at": at,
        "updated_at": at,
    }


def new_agent(
    state: State, rng: random.Random, at: str, *, agent_id: int | None = None, contact: Row | None = None
) -> Agent:
    """Add an agent; `contact` is the row of a contact who becomes one under the same id."""
    agent_id = agent_id or state.next_id("people")
    number = agent_id % 1_000_000
    known = contact or {}
    row: Row = {
        "available": number % 3 == 0,
        "occasional": number % 7 == 3,
        "id": agent_id,
        "ticket_scope": 1 if number % 5 else number % 3 + 1,
        "created_at": at,
        "updated_at": at,
        "last_active_at": at if number % 4 else None,
        "available_since": at if number % 3 == 0 else None,
        "type": ("support_agent", "support_agent", "field_agent", "collaborator")[number % 4],
        "signature": words.html("Kind regards & bis bald 👋") if number % 2 else None,
        "focus_mode": True,
        "deactivated": False,
        "contact": {
            "active": True,
            "email": known.get("email") or f"agent{number}@demo.example",
            "job_title": known.get("job_title", rng.choice(words.JOB_TITLES)),
            "language": known.get("language", "en"),
            "last_login_at": at if number % 4 else None,
            "mobile": known.get("mobile", f"+43664{number:06d}" if number % 3 == 0 else None),
            "name": known.get("name") or words.person_name(rng),
            "phone": known.get("phone", f"+431{number:06d}" if number % 2 else None),
            "time_zone": known.get("time_zone", rng.choice(words.TIME_ZONES)),
            "created_at": known.get("created_at", at),
            "updated_at": at,
        },
        "freshcaller_agent": number % 2 == 0,
        "freshchat_agent": False,
        **(agent_keys(agent_id) if state.live_keys else {}),
    }
    roles, skills = list(state.tables["roles"]), list(state.tables["skills"])
    agent = Agent(
        row=row,
        role_ids=[roles[number % len(roles)]] if roles else [],
        skill_ids=skills[:1] if number % 3 == 1 else [],
    )
    state.agents[agent_id] = agent
    state.agents_ever.add(agent_id)
    return agent


def found_people(
    state: State, *, contacts: int, agents: int, companies: int, oldest: int, newest: int
) -> None:
    """Fill the account with people, created between the two epoch seconds."""
    rng = state.rng

    def some_time() -> str:
        return epoch_stamp(rng.randint(oldest, newest))

    for _ in range(companies):
        company = new_company(state, rng, some_time())
        company["updated_at"] = max(company["created_at"], some_time())
    for _ in range(agents):
        agent = new_agent(state, rng, some_time())
        agent.row["updated_at"] = max(agent.row["created_at"], some_time())
    for position in range(contacts):
        contact = new_contact(state, rng, some_time())
        contact.row["updated_at"] = max(contact.row["created_at"], some_time())
        contact.blocked = position % 40 == 11
        contact.deleted = position % 25 == 13
