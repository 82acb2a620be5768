"""Company fields: the fields of a company, which say what the values in custom_fields are."""

from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

company_fields = Table(
    name="company_fields",
    doc="One row per field of the company form, Freshdesk's own and the account's.",
    path="company_fields",
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="company-fields",
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
        boolean("unique", "Whether no two companies may have the same value."),
        boolean("editable_in_signup", "Whether it is part of the form to sign up with."),
        # The list sends the words themselves, the row's own call the objects that hold them.
        json("choices", "Values it can take; null unless it offers some."),
        timestamp("created_at", "When the field was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
