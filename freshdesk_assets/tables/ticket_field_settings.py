"""Ticket field settings: what only administrators see of the fields of a ticket, and their sections."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

ticket_field_settings = Table(
    name="ticket_field_settings",
    doc="One row per field of the ticket form, as administrators see it.",
    path="admin/ticket_fields",
    params={"include": "section"},
    # Any number of a page is refused (docs/freshdesk_api.md, 4.13).
    per_page=0,
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="ticket-fields",
    columns=(
        bigint("id", "Field's id.", references="ticket_fields.id", required=True),
        text("name", "Key of the field."),
        text("label", "Label that agents see."),
        text("type", "Kind of field, as in ticket_fields."),
        boolean("has_section", "Whether its choices show sections."),
        json("sections", "Sections that its choices show."),
        json("section_mappings", "Sections that the field is in: section_id, position."),
        json("dependent_fields", "Further levels of a nested field; null if none."),
        boolean("archived", "Whether the field is switched off."),
        boolean("is_fsm", "Whether it is part of field service."),
        boolean("field_update_in_progress", "Whether a change of it is still being applied."),
        timestamp("created_at", "When the field was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

ticket_field_sections = Child(
    name="ticket_field_sections",
    doc="One row per section: fields that are shown when a field has one of some choices.",
    parent="ticket_field_settings",
    by="parent_ticket_field_id",
    cut=Elements("sections"),
    columns=(
        bigint("id", "Section's id.", path="value.id", required=True),
        text("label", "Name of the section.", path="value.label"),
        json("choice_ids", "Ids of the choices that show it.", path="value.choice_ids"),
        json("ticket_field_ids", "Ids of the fields in it.", path="value.ticket_field_ids"),
        boolean("is_fsm", "Whether it is part of field service.", path="value.is_fsm"),
    ),
    key=("id",),
)
