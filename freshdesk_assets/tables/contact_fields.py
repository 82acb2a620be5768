"""Contact fields: the fields of a contact, which say what the values in custom_fields are."""

from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

contact_fields = Table(
    name="contact_fields",
    doc="One row per field of the contact form, Freshdesk's own and the account's.",
    path="contact_fields",
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="contact-fields",
    columns=(
        bigint("id", "Field's id.", required=True),
        text("name", "Key of the field, in custom_fields if it is the account's own."),
        text("label", "Label that agents see."),
        text("type", "default_name, …; custom_text, custom_dropdown, custom_date, …."),
        integer("position", "Place in the form."),
        boolean("default", "Whether it is Freshdesk's own."),
        boolean("required_for_agents", "Whether agents must fill it."),
        boolean("agents_can_edit", "Whether agents can fill it."),
        boolean("displayed_for_agents", "Whether agents see it."),
        boolean("unique", "Whether no two contacts may have the same value."),
        boolean("editable_in_signup", "Whether it is part of the form to sign up with."),
        boolean("quick_add_for_agent", "Whether it is part of the agents' short form."),
        text("label_for_customers", "Label that customers see."),
        boolean("customers_can_edit", "Whether customers can fill it."),
        boolean("required_for_customers", "Whether customers must fill it."),
        boolean("displayed_for_customers", "Whether customers see it."),
        # The list sends the words themselves, the row's own call the objects that hold them.
        json("choices", "Values it can take; null unless it offers some."),
        timestamp("created_at", "When the field was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
