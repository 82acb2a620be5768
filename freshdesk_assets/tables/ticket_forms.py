"""Ticket forms: the forms by which tickets of different kinds are asked for."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import EachParent, FullList
from freshdesk_assets.schema.table import Cadence, Table

ticket_forms = Table(
    name="ticket_forms",
    doc="One row per form for tickets, on accounts that have several.",
    path="ticket-forms",
    params={"include": "portals"},
    # 51 are refused (docs/freshdesk_api.md, 4.23).
    per_page=50,
    sync=FullList(),
    optional=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="ticket-forms",
    columns=(
        bigint("id", "Form's id, the form_id of tickets.", required=True),
        text("name", "Key of the form."),
        text("title", "Title that customers see."),
        boolean("default", "Whether it is the form of tickets that name none."),
        text("description", "What the form is for."),
        boolean("non_editable", "Whether it is Freshdesk's own; null if unknown."),
        bigint("last_updated_by", "Agent who last changed it; null if unknown.", references="agents.id"),
        json("portals", "Portals that offer it: id, name."),
        timestamp("created_at", "When the form was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

ticket_form_portals = Child(
    name="ticket_form_portals",
    doc="One row per form and portal that offers it.",
    parent="ticket_forms",
    by="ticket_form_id",
    cut=Elements("portals"),
    columns=(
        bigint("id", "Portal's id.", path="value.id", required=True),
        text("name", "Name of the portal.", path="value.name"),
    ),
    key=("id",),
)

ticket_form_fields = Table(
    name="ticket_form_fields",
    doc="One row per form and field in it.",
    path="ticket-forms/{id}",
    sync=EachParent(parent="ticket_forms", column="form_id"),
    rows_at="fields",
    per_page=0,
    key=("form_id", "id"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="ticket-forms",
    columns=(
        bigint("form_id", "Form that the field is in.", references="ticket_forms.id", required=True),
        bigint("id", "Field's id, that of the ticket field.", references="ticket_fields.id", required=True),
        text("name", "Key of the field."),
        text("label", "Label that agents see."),
        text("label_for_customers", "Label that customers see."),
        text("type", "Kind of field, as in ticket_fields."),
        integer("position", "Place in the form."),
        boolean("default", "Whether it is Freshdesk's own."),
        boolean("archived", "Whether the field is switched off."),
        boolean("required_for_closure", "Whether it must be filled before a ticket is closed."),
        boolean("required_for_agents", "Whether agents must fill it."),
        boolean("required_for_customers", "Whether customers must fill it."),
        boolean("customers_can_edit", "Whether customers can fill it."),
        boolean("displayed_to_customers", "Whether customers see it."),
        boolean(
            "portal_cc", "Whether customers can add addresses in copy; null on all but the requester's field."
        ),
        text("portal_cc_to", "Which addresses they can add: all or company."),
        timestamp(
            "created_at", "When it was created; Freshdesk sends the time without a zone, taken as UTC."
        ),
        timestamp("updated_at", "When it last changed, likewise."),
    ),
)
