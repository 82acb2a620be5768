"""The account, and its settings that are one object each."""

from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, texts
from freshdesk_assets.schema.endpoint import ITSELF, Listing
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

ONE = (Listing(defaults={"id": 1}),)
"""The object has no id of its own."""

account = Table(
    name="account",
    doc="One row: the account, with its plan and the licences in use.",
    path="account",
    sync=FullList(),
    optional=True,
    rows_at=ITSELF,
    per_page=0,
    key=("account_id",),
    version=(),
    window="_synced_at",
    never_empty=True,
    history=(
        "tier_type",
        "full_time_agents",
        "occasional_agents",
        "field_service_agents",
        "collaborators",
        "timezone",
    ),
    group="setup",
    cadence=Cadence.SLOW,
    docs="account",
    columns=(
        bigint("account_id", "Account's id.", required=True),
        text("account_name", "Name of the account."),
        text("account_domain", "Host name of the account."),
        bigint("organisation_id", "Organisation of Freshworks that it is part of; beyond 2^53."),
        text("organisation_name", "Name of the organisation."),
        text("tier_type", "Plan, such as Forest or Enterprise Omni."),
        text("type", "Kind of account; null on most."),
        bigint("bundle_id", "Bundle of products that it is part of; null if none."),
        text("cloud_type", "Cloud it is on; null if unknown."),
        text("data_center", "Where its data is kept."),
        text("timezone", "Time zone by its Rails name: the days of daily metrics are days there."),
        boolean("hipaa_compliant", "Whether it is kept as HIPAA demands."),
        integer("full_time_agents", "Full-time agents.", path="total_agents.full_time"),
        integer("occasional_agents", "Occasional agents.", path="total_agents.occasional"),
        integer("field_service_agents", "Field technicians.", path="total_agents.field_service"),
        integer("collaborators", "Collaborators.", path="total_agents.collaborators"),
        json("address", "Postal address.", pii=True),
        json("contact_person", "Person responsible: firstname, lastname, email and the like.", pii=True),
    ),
)

helpdesk_settings = Table(
    name="helpdesk_settings",
    doc="One row: the languages of the helpdesk.",
    path="settings/helpdesk",
    sync=FullList(),
    optional=True,
    rows_at=ITSELF,
    per_page=0,
    listings=ONE,
    version=(),
    window="_synced_at",
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="settings",
    columns=(
        bigint("id", "Always 1: Freshdesk sends no id.", required=True),
        text("primary_language", "Language of the helpdesk, as en."),
        texts("supported_languages", "Further languages that agents write in."),
        texts("portal_languages", "Languages that customers see the portal in."),
        texts("help_widget_languages", "Languages of the help widget."),
    ),
)

email_settings = Table(
    name="email_settings",
    doc="One row: how the account treats e-mail.",
    path="email/settings",
    sync=FullList(),
    optional=True,
    rows_at=ITSELF,
    per_page=0,
    listings=ONE,
    version=(),
    window="_synced_at",
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="email-settings",
    columns=(
        bigint("id", "Always 1: Freshdesk sends no id.", required=True),
        boolean("personalized_email_replies", "Whether replies are sent under the agent's name."),
        boolean("create_requester_using_reply_to", "Whether the requester is taken from Reply-To, not From."),
        boolean(
            "allow_agent_to_initiate_conversation", "Whether agents may write to somebody before being asked."
        ),
        boolean(
            "original_sender_as_requester_for_forward",
            "Whether the requester of a forwarded mail is who first wrote it.",
        ),
    ),
)

email_bcc = Table(
    name="email_bcc",
    doc="One row: the addresses that get a copy of every mail the account sends.",
    path="notifications/email/bcc",
    sync=FullList(),
    optional=True,
    rows_at=ITSELF,
    per_page=0,
    listings=ONE,
    version=(),
    window="_synced_at",
    never_empty=True,
    history=("emails",),
    group="setup",
    cadence=Cadence.SLOW,
    docs="automatic-bcc",
    columns=(
        bigint("id", "Always 1: Freshdesk sends no id.", required=True),
        texts("emails", "Addresses that get a copy.", pii=True),
    ),
)
