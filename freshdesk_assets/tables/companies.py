"""Companies: the organisations contacts belong to."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, json, text, texts, timestamp
from freshdesk_assets.schema.sync import ChangedSince
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables.custom_fields import custom_fields_of

companies = Table(
    name="companies",
    doc="One row per company; a deleted one leaves no trace in Freshdesk.",
    path="companies",
    # The parameter is documented by now, while Airbyte and PostHog still read the whole list: older accounts
    # may refuse it.
    sync=ChangedSince(("updated_since",)),
    group="people",
    docs="companies",
    columns=(
        bigint("id", "Company's id.", required=True),
        text("name", "Company's name, unique in the account."),
        text("description", "What the company is.", prose=True),
        text("note", "Notes about the company.", prose=True),
        texts("domains", "E-mail domains by which new contacts are recognised as the company's."),
        text(
            "health_score",
            "At risk, Doing okay or Happy; null if not set.",
            accepted=("At risk", "Doing okay", "Happy"),
        ),
        text(
            "account_tier",
            "Basic, Premium or Enterprise; null if not set.",
            accepted=("Basic", "Premium", "Enterprise"),
        ),
        timestamp("renewal_date", "When the contract renews; a day, sent as its midnight in UTC."),
        text("industry", "Industry, from Freshdesk's list."),
        json("custom_fields", "The account's own fields by name, without cf_.", own=True),
        bigint(
            "org_company_id",
            "Id across the organisation's Freshworks products; above 2^53, and null on older accounts.",
        ),
        timestamp("created_at", "When the company was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

company_domains = Child(
    name="company_domains",
    doc="One row per e-mail domain of a company.",
    parent="companies",
    by="company_id",
    cut=Elements("domains"),
    columns=(text("domain", "E-mail domain.", path="value", required=True),),
    key=("domain",),
)

company_custom_fields = custom_fields_of(
    "companies", name="company_custom_fields", by="company_id", fields="company_fields"
)
