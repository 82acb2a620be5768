"""SLA policies: how soon tickets must be answered and resolved."""

from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.table import FullList, Table

sla_policies = Table(
    name="sla_policies",
    doc="One row per SLA policy; the first by position that applies to a ticket is the one that counts.",
    path="sla_policies",
    sync=FullList(),
    group="setup",
    docs="sla-policies",
    columns=(
        bigint("id", "Policy's id.", required=True),
        text("name", "Policy's name."),
        text("description", "What the policy is for."),
        boolean("active", "Whether it is in force."),
        boolean("is_default", "Whether it applies to the tickets no other policy does."),
        integer("position", "Order in which policies are tried."),
        json(
            "sla_target",
            "By priority_1 (Low) to priority_4 (Urgent): respond_within, next_respond_within and "
            "resolve_within in seconds, business_hours, escalation_enabled.",
        ),
        json(
            "applicable_to",
            "Lists company_ids, group_ids, sources, ticket_types, product_ids; {} for the default policy.",
        ),
        json(
            "escalation",
            "By occasion (response, resolution.level_1 to level_4, reminder_response, …): escalation_time "
            "and agent_ids, where -1 is probably the assigned agent; {} if none.",
        ),
        timestamp("created_at", "When the policy was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
