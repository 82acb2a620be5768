"""The account's ticket, contact and company fields, and the custom values a ticket carries.

Choices come in five shapes (docs/freshdesk_api.md, 4.13): absent, a list of texts, {label: id}, {code: [two
labels]} and nested lists. Choices that are groups, agents or products are filled in at each read, from the
rows that exist then.
"""

import random

from freshdesk_assets.simulator.state import Row, State

TICKET_TYPES = ("Question", "Incident", "Problem", "Feature Request", "Refund", "Service Task")
STATUSES = {
    "2": ["Open", "Being processed"],
    "3": ["Pending", "Awaiting your reply"],
    "4": ["Resolved", "This ticket has been resolved"],
    "5": ["Closed", "This ticket has been closed"],
    "6": ["Waiting on Customer", "Awaiting your reply"],
    "7": ["Waiting on Third Party", "Being processed"],
    "8": ["Beim Hersteller 🏭", "Being processed"],
}
SOURCES = {
    "Email": 1, "Portal": 2, "Phone": 3, "Forum": 4, "Twitter": 5, "Facebook": 6, "Chat": 7, "MobiHelp": 8,
    "Feedback Widget": 9, "Outbound Email": 10, "Ecommerce": 11, "Bot": 12, "WhatsApp": 13,
    "Chat - Internal Task": 14, "Web Chat": 15, "Web Form": 16, "Instagram Message": 17,
    "Instagram Comment": 18, "Facebook Message": 19, "Facebook Comment": 20, "Mobile Chat SDK": 21, "SMS": 22,
    "Messekontakt": 101,
}  # fmt: skip
PRIORITIES = {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}
SEVERITIES = ["S1 — outage", "S2", 'S3 "cosmetic"']
BRANCHES = ["Graz", "Łódź", "東京"]
PLACES: list[Row] = [
    {"Europe": [{"Österreich": ["Graz", "Wien"]}, {"Polska": ["Łódź"]}]},
    {"Asia": [{"日本": ["東京", "京都"]}]},
]
# name, label, type, choices
TICKET_FIELDS: tuple[tuple[str, str, str, object], ...] = (
    ("requester", "Search a requester", "default_requester", None),
    ("subject", "Subject", "default_subject", None),
    ("ticket_type", "Type", "default_ticket_type", list(TICKET_TYPES)),
    ("source", "Source", "default_source", SOURCES),
    ("status", "Status", "default_status", STATUSES),
    ("priority", "Priority", "default_priority", PRIORITIES),
    ("group", "Group", "default_group", {}),
    ("agent", "Agent", "default_agent", {}),
    ("product", "Product", "default_product", {}),
    ("company", "Company", "default_company", None),
    ("description", "Description", "default_description", None),
    ("cf_reference_number", "Reference number", "custom_text", None),
    ("cf_remarks", "Remarks", "custom_paragraph", None),
    ("cf_order_count", "Order count", "custom_number", None),
    ("cf_refund_amount", "Refund amount (€)", "custom_decimal", None),
    ("cf_is_vip", "VIP?", "custom_checkbox", None),
    ("cf_visit_date", "Visit date", "custom_date", None),
    ("cf_severity_level", "Severity level", "custom_dropdown", SEVERITIES),
    ("cf_branch53114", "支店", "custom_dropdown", BRANCHES),
    ("cf_region", "Region", "nested_field", PLACES),
)
NESTED = (("cf_country", "Country", 2), ("cf_city", "City", 3))
CONTACT_FIELDS = (
    ("name", "Full name", "default_name", None),
    ("email", "Email", "default_email", None),
    ("tag_names", "Tags", "default_tag_names", None),
    ("membership_level", "Membership level", "custom_dropdown", ["Gold", "Silver", "Brønze"]),
    ("customer_since", "Customer since", "custom_date", None),
    ("newsletter", "Newsletter", "custom_checkbox", None),
)
COMPANY_FIELDS = (
    ("name", "Company Name", "default_name", None),
    ("domains", "Domains for this company", "default_domains", None),
    (
        "industry",
        "Industry",
        "default_industry",
        ["Automotive", "Consumer", "Food and Beverage", "Healthcare"],
    ),
    ("contract_number", "Contract number", "custom_number", None),
    ("account_manager", "Account manager", "custom_text", None),
)


def found_fields(state: State, at: str) -> None:
    """Set up the three kinds of fields."""
    for name, label, kind, choices in TICKET_FIELDS:
        row = ticket_field(state, name, label, kind, at)
        if choices is not None:
            row["choices"] = choices
        if kind == "nested_field":
            row["nested_ticket_fields"] = [
                {
                    "id": state.next_id("fields"),
                    "name": nested,
                    "label": nested_label,
                    "label_in_portal": nested_label,
                    "description": "",
                    "level": level,
                    "ticket_field_id": row["id"],
                    "created_at": at,
                    "updated_at": at,
                }
                for nested, nested_label, level in NESTED
            ]
    for table, fields in (("contact_fields", CONTACT_FIELDS), ("company_fields", COMPANY_FIELDS)):
        for position, (name, label, kind, options) in enumerate(fields, start=1):
            row = {
                "id": state.next_id("fields"),
                "name": name,
                "label": label,
                "position": position,
                "type": kind,
                "default": kind.startswith("default_"),
                "editable_in_signup": False,
                "required_for_agents": name == "name",
                "agents_can_edit": True,
                "displayed_for_agents": True,
                "unique": False,
                "created_at": at,
                "updated_at": at,
            }
            if table == "contact_fields":
                row |= {
                    "quick_add_for_agent": False,
                    "customers_can_edit": True,
                    "label_for_customers": label,
                    "required_for_customers": name == "name",
                    "displayed_for_customers": True,
                }
            if options is not None:
                row["choices"] = options
            state.tables[table][row["id"]] = row


def ticket_field(state: State, name: str, label: str, kind: str, at: str) -> Row:
    """Add a field without choices to the account, at the end."""
    row: Row = {
        "id": state.next_id("fields"),
        "name": name,
        "label": label,
        "description": "",
        "position": len(state.tables["ticket_fields"]) + 1,
        "type": kind,
        "default": kind.startswith("default_"),
        "required_for_closure": False,
        "required_for_agents": name in ("requester", "subject"),
        "required_for_customers": name in ("requester", "subject"),
        "label_for_customers": label,
        "customers_can_edit": kind.startswith("custom_"),
        "customers_can_filter": False,
        "displayed_to_customers": True,
        "created_at": at,
        "updated_at": at,
    }
    if kind == "default_requester":
        row |= {"portal_cc": False, "portal_cc_to": "company"}
    state.tables["ticket_fields"][row["id"]] = row
    return row


def custom_values(rng: random.Random) -> Row:
    """One ticket's custom fields: blank ones are null, never left out (docs/freshdesk_api.md, 6.4)."""
    filled = rng.random()
    region = country = city = None
    if filled > 0.5:
        place = PLACES[int(rng.random() * len(PLACES))]
        region, countries = next(iter(place.items()))
        country, cities = next(iter(countries[int(rng.random() * len(countries))].items()))
        city = cities[int(rng.random() * len(cities))]
    number = int(rng.random() * 9000)
    return {
        "cf_reference_number": f"REF-{number:05d}" if filled > 0.3 else None,
        "cf_remarks": 'two\nlines, "quoted" \\ slashed' if filled > 0.9 else None,
        "cf_order_count": number % 40 if filled > 0.4 else None,
        "cf_refund_amount": number / 8 if filled > 0.6 else None,
        "cf_is_vip": filled > 0.85,
        "cf_visit_date": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}" if filled > 0.55 else None,
        "cf_severity_level": SEVERITIES[number % 3] if filled > 0.2 else None,
        "cf_branch53114": BRANCHES[number % 3] if filled > 0.7 else None,
        "cf_region": region,
        "cf_country": country,
        "cf_city": city,
    }
