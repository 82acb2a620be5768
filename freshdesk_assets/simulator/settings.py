"""The small lists an administrator sets up: roles, groups, products, mailboxes, policies, surveys."""

from freshdesk_assets.simulator.calendars import GROUP_CALENDARS, found_calendars
from freshdesk_assets.simulator.state import Row, State

ROLES = (
    ("Account Administrator", "Has complete control over the help desk.", True, 1),
    ("Administrator", "Can configure all features.", True, 1),
    ("Supervisor", "Can perform all agent tasks and see reports.", True, 1),
    ("Agent", "Can log, view, reply, update and resolve tickets.", True, 1),
    ("Field technician", 'Works "on site".', False, 2),
    ("Collaborator", "Reads and comments.", True, 3),
)
GROUPS = (
    ("Support", "Erste Hilfe", "30m", 0),
    ("Billing & Refunds", None, "1h", 1),
    ("Field service", "Technicians on the road", None, 2),
    ("Zweite Ebene", "Second level", "2d", 12),
    ("Empty group", None, None, False),
)
PRODUCTS = (("Espresso machine", 'Makes "coffee" ☕'), ("Mühle", None), ("Service plan", "Yearly"))
TARGETS = {"priority_4": (900, 14400), "priority_3": (3600, 28800), "priority_2": (28800, 86400)}


def found_settings(state: State, at: str) -> None:
    """Set up what refers to nobody: roles, products, hours, skills, surveys, the account itself."""
    stamps: Row = {"created_at": at, "updated_at": at}
    tables = state.tables
    for name, description, default, agent_type in ROLES:
        row_id = state.next_id("roles")
        tables["roles"][row_id] = {
            "id": row_id, "name": name, "description": description, "default": default,
            "agent_type": agent_type, **stamps,
        }  # fmt: skip
    for name, text in PRODUCTS:
        row_id = state.next_id("products")
        tables["products"][row_id] = {"id": row_id, "name": name, "description": text, **stamps}
    found_calendars(state, stamps)
    for rank, (name, field, value) in enumerate(
        (("German", "language", "de"), ("Refunds", "type", "Refund")), 1
    ):
        row_id = state.next_id("skills")
        tables["skills"][row_id] = {
            "id": row_id, "name": name, "rank": rank, "match_type": "all",
            "conditions": [
                {"resource_type": "ticket", "field_name": field, "operator": "in", "value": [value]}
            ],
            **stamps,
        }  # fmt: skip
    values = [103, 102, 101, 100, -101, -102, -103]
    for title, active in (("How did we do?", True), ("Old survey", False)):
        row_id = state.next_id("surveys")
        questions = [{"id": "default_question", "label": title, "accepted_ratings": values, "default": True}]
        if active:
            questions.append(
                {
                    "id": f"question_{row_id}1",
                    "label": "War die Antwort hilfreich?",
                    "accepted_ratings": values,
                }
            )
        tables["surveys"][row_id] = {
            "id": row_id, "title": title, "active": active, "questions": questions, **stamps,
        }  # fmt: skip
    state.helpdesk = {
        "primary_language": "en", "supported_languages": ["de", "fr"], "portal_languages": ["de"],
        "help_widget_languages": [],
    }  # fmt: skip
    state.account = {
        "organisation_id": 1_512_345_678_901_234_567,
        "organisation_name": "Demo GmbH",
        "account_id": 3_456_788 + state.seed,
        "account_name": "Demo Söhne & Co.",
        "account_domain": "demo.freshdesk.com",
        "bundle_id": None,
        "hipaa_compliant": False,
        "timezone": "Vienna",
        "data_center": "EUC",
        "tier_type": "Forest",
        "address": {"street": "Hauptplatz 1", "city": "Graz", "country": "Austria", "postalcode": 8010},
        "contact_person": {"firstname": "Zoë", "lastname": "Weiß", "email": "zoe@demo.example"},
    }


def found_organisation(state: State, at: str) -> None:
    """Set up what refers to people: groups with members, mailboxes, SLA policies."""
    stamps: Row = {"created_at": at, "updated_at": at}
    agents, hours = list(state.agents), list(state.tables["business_hours"])
    for position, (name, description, unassigned_for, auto) in enumerate(GROUPS):
        row_id = state.next_id("groups")
        members = agents[position :: len(GROUPS) - 1] if name != "Empty group" else []
        calendar = GROUP_CALENDARS[position]
        calendar_id = None if calendar is None else hours[calendar]
        state.tables["groups"][row_id] = {
            "id": row_id,
            "name": name,
            "description": description,
            "escalate_to": agents[0] if unassigned_for and agents else None,
            "unassigned_for": unassigned_for,
            "business_hour_id": calendar_id,
            "business_calendar_id": calendar_id,
            "group_type": "field_agent_group" if name == "Field service" else "support_agent_group",
            "type": "field_agent_group" if name == "Field service" else "support_agent_group",
            "auto_ticket_assign": auto,
            "agent_ids": list(dict.fromkeys([*agents[:1], *members])) if members else [],
            "allow_agents_to_change_availability": position % 2 == 0,
            "automatic_agent_assignment": assignment(int(auto)),
            **stamps,
        }
    found_mailboxes(state, stamps)
    found_policies(state, stamps)


def assignment(auto: int) -> Row:
    """How a group hands tickets out, as /admin/groups tells it (docs/freshdesk_api.md, 4.11)."""
    if not auto:
        return {"enabled": False}
    return {
        "enabled": True,
        "type": "channel_specific",
        "settings": [
            {
                "channel": "ticket",
                "assignment_type": "load_based_round_robin" if auto == 12 else "round_robin",
                "assignment_type_settings": {"capping_limit": 5},
            }
        ],
    }


def found_mailboxes(state: State, stamps: Row) -> None:
    """Set up mailboxes of both kinds; each has its own kind's object only (docs/freshdesk_api.md, 4.15)."""
    groups, products = list(state.tables["groups"]), list(state.tables["products"])
    for position, name in enumerate(("Support", "Billing", "Mühle 🛠")):
        row_id = state.next_id("mailboxes")
        custom = position == 1
        row: Row = {
            "id": row_id,
            "name": name,
            "support_email": f"mailbox{position}@demo.example",
            "group_id": groups[position] if position else None,
            "product_id": products[0] if position == 2 else None,
            "default_reply_email": position == 0,
            "active": position != 2,
            "mailbox_type": "custom_mailbox" if custom else "freshdesk_mailbox",
            "failure_code": "null" if custom else None,
            **stamps,
        }
        if custom:
            server = {"use_ssl": True, "authentication": "plain", "user_name": "billing@demo.example"}
            row["custom_mailbox"] = {
                "access_type": "both",
                "incoming": {
                    "mail_server": "imap.demo.example", "port": 993, "delete_from_server": False,
                    "failure_code": "login_failed", **server,
                },
                "outgoing": {"mail_server": "smtp.demo.example", "port": 465, **server},
            }  # fmt: skip
        else:
            row["freshdesk_mailbox"] = {"forward_email": f"demo{position}@demo.freshdesk.com"}
        state.tables["mailboxes"][row_id] = row


def found_policies(state: State, stamps: Row) -> None:
    """Set up SLA policies; the default one applies to all, written `{}` (docs/freshdesk_api.md, 4.17)."""
    applicable: Row = {
        "company_ids": list(state.tables["companies"])[:2],
        "group_ids": list(state.tables["groups"])[:2],
        "sources": [1, 3],
        "ticket_types": ["Incident", "Refund"],
        "product_ids": list(state.tables["products"])[:1],
    }
    agents = list(state.agents)[:1]
    escalation: Row = {
        "response": {"escalation_time": 0, "agent_ids": [-1, *agents]},
        "resolution": {
            "level_1": {"escalation_time": 0, "agent_ids": [-1]},
            "level_2": {"escalation_time": 3600, "agent_ids": agents},
        },
        "reminder_response": {"escalation_time": -1800, "agent_ids": [-1]},
    }
    slow = targets()
    slow["priority_4"]["next_respond_within"] = 1800
    fast = targets(share=2, next_respond_within=14_400)
    for position, name, text, active, conditions, target in (
        (4, "Default SLA", None, True, {}, slow),
        (1, "Große Kunden", 'For "key" accounts', True, applicable, fast),
        (3, "Refunds", None, True, {"ticket_types": ["Refund"], "sources": [1, 2, 3]}, fast),
        (2, "Of last year", None, False, {"group_ids": applicable["group_ids"]}, fast),
    ):
        row_id = state.next_id("sla_policies")
        state.tables["sla_policies"][row_id] = {
            "id": row_id,
            "name": name,
            "description": text,
            "active": active,
            "sla_target": target,
            "applicable_to": conditions,
            "escalation": escalation if conditions else {},
            "is_default": not conditions,
            "position": position,
            **stamps,
        }


def targets(*, share: int = 1, next_respond_within: int | None = None) -> Row:
    """Targets by priority, in seconds; those of urgent tickets run at night too."""
    return {
        name: {
            "respond_within": respond // share, "resolve_within": resolve // share,
            "business_hours": name != "priority_4", "escalation_enabled": True,
            **({"next_respond_within": next_respond_within} if next_respond_within else {}),
        }
        for name, (respond, resolve) in {**TARGETS, "priority_1": (86400, 259200)}.items()
    }  # fmt: skip
