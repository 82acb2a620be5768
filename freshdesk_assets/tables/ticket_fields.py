"""Ticket fields: the fields of a ticket, and the words behind their codes."""

from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.table import FullList, Table

# /admin/ticket_fields adds sections but leaves out choices, and only an admin may read it. This list is open
# to every agent and holds the labels of status, source, priority, group, agent and product in one credit.
ticket_fields = Table(
    name="ticket_fields",
    doc="One row per field of the ticket form, Freshdesk's own and the account's.",
    path="ticket_fields",
    sync=FullList(),
    group="setup",
    docs="ticket-fields",
    columns=(
        bigint("id", "Field's id.", required=True),
        text("name", "Key of the field, in custom_fields if it is the account's own."),
        text("label", "Label that agents see."),
        text("label_for_customers", "Label that customers see."),
        text("description", "What the field is for."),
        text("type", "default_status, default_source, …; custom_text, custom_dropdown, nested_field, …."),
        integer("position", "Place in the form."),
        boolean("default", "Whether it is Freshdesk's own."),
        boolean("required_for_closure", "Whether a ticket cannot be closed without it."),
        boolean("required_for_agents", "Whether agents must fill it."),
        boolean("required_for_customers", "Whether customers must fill it."),
        boolean("customers_can_edit", "Whether customers can fill it."),
        boolean("customers_can_filter", "Whether customers can filter their tickets by it."),
        boolean("displayed_to_customers", "Whether customers see it."),
        boolean("portal_cc", "Whether customers may add others in copy; on the requester field only."),
        text("portal_cc_to", "Whom they may add: company or all; on the requester field only."),
        # Five shapes: missing, ["a"], {"Label": 1}, {"2": ["for agents", "for customers"]}, and nested ones.
        json("choices", "Values it can take; the shape depends on type."),
        json("nested_ticket_fields", "Fields of level 2 and 3 below it; null unless type is nested_field."),
        timestamp("created_at", "When the field was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
