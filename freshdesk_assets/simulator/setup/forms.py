"""Ticket forms, and the sections of ticket fields that some choices open."""

from freshdesk_assets.simulator.payloads import admin_ticket_field
from freshdesk_assets.simulator.state import Row, State

FIELD_KEYS = (
    "id", "name", "label", "label_for_customers", "type", "default", "customers_can_edit",
    "required_for_closure", "required_for_agents", "required_for_customers", "displayed_to_customers",
)  # fmt: skip
# name, title, description, fields; the first is the default form
FORMS: tuple[tuple[str, str, str | None, tuple[str, ...]], ...] = (
    (
        "default_ticket_form",
        "Default ticket form",
        "All that customers can edit.",
        ("requester", "subject", "ticket_type", "status", "company", "description", "cf_reference_number"),
    ),
    ("returns", 'Retouren "Sommer" 🌞', None, ("requester", "company", "cf_refund_amount", "cf_region")),
)
# label, parent, how many choices open it, fields, whether of field service
SECTIONS: tuple[tuple[str, str, int, tuple[str, ...], bool], ...] = (
    ("Refund", "ticket_type", 1, ("cf_refund_amount", "cf_order_count"), False),
    ("Visit", "ticket_type", 2, ("cf_visit_date", "cf_branch53114"), True),
    ("Schwerer Fall", "cf_severity_level", 1, (), False),
)


def found_forms(state: State, at: str) -> None:
    """Set up two forms and three sections."""
    numbers = {row["name"]: number for number, row in state.tables["ticket_fields"].items()}
    for name, title, text, fields in FORMS:
        new_form(state, name, title, at, [numbers[field] for field in fields], description=text)
    for label, parent, choices, fields, is_fsm in SECTIONS:
        held = [numbers[field] for field in fields]
        new_section(state, label, numbers[parent], held, choices=choices, is_fsm=is_fsm)


def new_form(
    state: State, name: str, title: str, at: str, field_ids: list[int], *, description: str | None = None
) -> Row:
    """Add a form; the first is the default, and no form can lack requester and company."""
    row_id = state.next_id("ticket_forms")
    default = not state.tables["ticket_forms"]
    portal_id = state.next_id("portals")
    row: Row = {
        "id": row_id, "name": name, "title": title, "default": default, "description": description,
        "created_at": at, "updated_at": at, "last_updated_by": None if default else next(iter(state.agents)),
        **({"non_editable": True} if default else {}),
        "portals": [] if default else [{"id": portal_id, "name": f"Portal für {title}"}],
        "fields": [{"id": field_id, "at": at} for field_id in field_ids],
    }  # fmt: skip
    state.tables["ticket_forms"][row_id] = row
    return row


def new_section(
    state: State, label: str, parent_id: int, field_ids: list[int], *, choices: int = 1, is_fsm: bool = False
) -> Row:
    """Add a section below a field."""
    row_id, first = state.next_id("ticket_field_sections"), state.next_id("field_choices", choices)
    row: Row = {
        "id": row_id, "label": label, "parent_ticket_field_id": parent_id,
        "choice_ids": list(range(first, first + choices)), "ticket_field_ids": field_ids, "is_fsm": is_fsm,
    }  # fmt: skip
    state.tables["ticket_field_sections"][row_id] = row
    return row


def form(row: Row, *, portals: bool) -> Row:
    """A form as its list shows it: portals if they are asked for, fields never."""
    left_out = ("fields",) if portals else ("fields", "portals")
    return {key: value for key, value in row.items() if key not in left_out}


def form_view(state: State, row: Row) -> Row:
    """A form's own call, with its fields."""
    return {**form(row, portals=True), "fields": form_fields(state, row)}


def form_fields(state: State, row: Row) -> list[Row]:
    """The fields of a form that are still there, in order; their times have no zone, and a flag is a text."""
    shown: list[Row] = []
    for entry in row["fields"]:
        field = state.tables["ticket_fields"].get(entry["id"])
        if field is None:
            continue
        told = {key: field[key] for key in FIELD_KEYS}
        told |= {"position": len(shown) + 1, "archived": False}
        told |= {"created_at": without_zone(entry["at"])}
        told |= {"updated_at": without_zone(max(entry["at"], field["updated_at"]))}
        if field["type"] == "default_requester":
            told |= {"portal_cc": str(field["portal_cc"]).lower(), "portal_cc_to": field["portal_cc_to"]}
        shown.append(told)
    return shown


def without_zone(at: str) -> str:
    """A stamp as fields of forms have it."""
    return at.replace("T", " ").removesuffix("Z")


def sections(state: State) -> dict[int, Row]:
    """The sections whose field is still there, each with the fields that are still there."""
    fields = state.tables["ticket_fields"]
    return {
        number: {**row, "ticket_field_ids": [each for each in row["ticket_field_ids"] if each in fields]}
        for number, row in state.tables["ticket_field_sections"].items()
        if row["parent_ticket_field_id"] in fields
    }


def field_with_sections(state: State, row: Row, *, included: bool) -> Row:
    """A field as administrators see it (docs/freshdesk_api.md, 4.13); its sections if they are asked for."""
    known = sections(state).values()
    own = [each for each in known if each["parent_ticket_field_id"] == row["id"]]
    shown = admin_ticket_field(row) | {
        "has_section": bool(own),
        "section_mappings": [
            {"section_id": each["id"], "position": each["ticket_field_ids"].index(row["id"]) + 1}
            for each in known
            if row["id"] in each["ticket_field_ids"]
        ],
    }
    if row["type"] == "nested_field":
        shown["dependent_fields"] = [
            {
                ("label_for_customers" if key == "label_in_portal" else key): value
                for key, value in each.items()
            }
            for each in row["nested_ticket_fields"]
        ]
    if included:
        shown["sections"] = own
    return shown
