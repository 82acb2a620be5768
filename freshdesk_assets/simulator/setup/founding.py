"""Fills an account with what an administrator sets up once; no random generator is asked."""

from freshdesk_assets.simulator.fields import SEVERITIES
from freshdesk_assets.simulator.setup.availability import found_availability
from freshdesk_assets.simulator.setup.canned import found_canned
from freshdesk_assets.simulator.setup.forms import found_forms
from freshdesk_assets.simulator.setup.rules import found_rules, milliseconds
from freshdesk_assets.simulator.state import Row, State

# The tables kept here. The last two are no objects of the API: they are what rows of others are made of.
SETUP_TABLES = (
    "automation_rules", "scenario_automations", "canned_response_folders", "canned_responses", "ticket_forms",
    "ticket_field_sections", "miscounts", "availability",
)  # fmt: skip
# The first whole number that a float cannot hold.
ORGANISATION_ID = 2**53 + 1
ZONES = {"Vienna": "(GMT+01:00) Vienna", "Chennai": "(GMT+05:30) Chennai", "Adelaide": "(GMT+09:30) Adelaide"}
HEALTH = ["At risk", "Doing okay", "Happy"]
# Fields whose choices have another shape than a list of words: table, name, type, choices
FIELDS_WITH_CHOICES: tuple[tuple[str, str, str, object], ...] = (
    ("contact_fields", "time_zone", "default_time_zone", ZONES),
    ("contact_fields", "language", "default_language", {"German": "de", "日本語": "ja-JP", "English": "en"}),
    ("company_fields", "health_score", "default_health_score", HEALTH),
    ("company_fields", "account_tier", "default_account_tier", [
        {"id": 43_000_161_001, "label": "Basic", "value": "Basic", "position": 1},
        {"id": 43_000_161_002, "label": "Premium 💎", "value": "Premium", "position": 2},
        {"id": 43_000_161_003, "label": "Enterprise", "value": "Enterprise", "position": 3},
    ]),
)  # fmt: skip


def found_setup(state: State, at: str) -> None:
    """Set up skills, rules, scenarios, canned responses, forms, sections, and the single objects."""
    state.tables |= {name: {} for name in SETUP_TABLES}
    new_skill(state, at, "Schwierige Fälle", milliseconds(at))
    found_rules(state, at)
    found_canned(state, at)
    found_forms(state, at)
    found_fields_with_choices(state, at)
    found_availability(state)
    state.email_settings = {
        "personalized_email_replies": True, "create_requester_using_reply_to": False,
        "allow_agent_to_initiate_conversation": True, "original_sender_as_requester_for_forward": True,
    }  # fmt: skip
    state.email_bcc = {"emails": ["archive@demo.example", "compliance@partner.example"]}
    state.account |= {"organisation_id": ORGANISATION_ID, "type": "customer", "cloud_type": None}


def new_skill(state: State, at: str, name: str, moment: str | None = None) -> Row:
    """Add a skill: its rank is a text, and a condition leads through levels of a nested field."""
    row_id = state.next_id("skills")
    row: Row = {
        "id": row_id, "name": name, "rank": str(len(state.tables["skills"]) + 1), "match_type": "any",
        "conditions": [
            {"resource_type": "company", "field_name": "domains", "operator": "not_in",
             "value": ["a.example"]},
            {
                "resource_type": "ticket", "field_name": "cf_region", "operator": "is", "value": "Europe",
                "nested_fields": {"level2": {"field_name": "cf_country", "value": "Österreich"}},
            },
            {"resource_type": "ticket", "field_name": "cf_severity_level", "operator": "in",
             "value": SEVERITIES[:1]},
        ],
        "created_at": moment or at, "updated_at": moment or at,
    }  # fmt: skip
    state.tables["skills"][row_id] = row
    return row


def found_fields_with_choices(state: State, at: str) -> None:
    """Add the built-in fields whose choices are maps and objects (docs/freshdesk_api.md, 4.14)."""
    for table, name, kind, choices in FIELDS_WITH_CHOICES:
        fields = state.tables[table]
        row_id = state.next_id("fields_with_choices")
        pattern = next(iter(fields.values()))
        fields[row_id] = {
            **pattern, "id": row_id, "name": name, "label": name.replace("_", " ").capitalize(),
            "position": len(fields) + 1, "type": kind, "required_for_agents": False, "choices": choices,
            "created_at": at, "updated_at": at,
        }  # fmt: skip
        if table == "contact_fields":
            label = fields[row_id]["label"]
            fields[row_id] |= {"label_for_customers": label, "required_for_customers": False}
