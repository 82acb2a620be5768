"""SLA policies: how soon tickets must be answered and resolved."""

from freshdesk_assets.schema.child import Child, Elements, Entries, Rows
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

sla_policies = Table(
    name="sla_policies",
    doc="One row per SLA policy; the first by position that applies to a ticket is the one that counts.",
    path="sla_policies",
    sync=FullList(),
    never_empty=True,
    history=("name", "active", "is_default", "position", "sla_target", "applicable_to", "escalation"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="sla-policies",
    columns=(
        bigint("id", "Policy's id.", required=True),
        text("name", "Policy's name."),
        text("description", "What the policy is for."),
        boolean("active", "Whether it is in force."),
        boolean("is_default", "Whether it applies to the tickets that no other policy applies to."),
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

sla_policy_targets = Child(
    name="sla_policy_targets",
    doc="One row per priority of an SLA policy: how soon its tickets must be answered and resolved.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Entries("sla_target"),
    columns=(
        text("target_name", "priority_1 (Low) to priority_4 (Urgent).", path="key", required=True),
        bigint("respond_within", "Seconds to the first response.", path="value.respond_within"),
        bigint(
            "next_respond_within",
            "Seconds to each later response; null if not set.",
            path="value.next_respond_within",
        ),
        bigint("resolve_within", "Seconds to the resolution.", path="value.resolve_within"),
        boolean("business_hours", "Whether only business hours count.", path="value.business_hours"),
        boolean("escalation_enabled", "Whether violations are escalated.", path="value.escalation_enabled"),
    ),
    key=("target_name",),
)

# Most occasions hold one rule (response, reminder_resolution, …); resolution holds one per level.
ESCALATIONS = """
with occasions as (
  select
    p.id,
    e.key as name,
    e.value as rule
  from parents p, json_each(p.escalation) e
  where e.type = 'OBJECT'
),
rules as (
  select id, name, rule
  from occasions
  where json_exists(rule, '$.agent_ids')
  union all
  select o.id, o.name || '.' || l.key, l.value
  from occasions o, json_each(o.rule) l
  where l.type = 'OBJECT'
)
select
  r.id as sla_policy_id,
  r.name as escalation_name,
  r.rule -> '$.escalation_time' as escalation_time,
  a.value as agent_id
from rules r, json_each(r.rule -> '$.agent_ids') a
"""

sla_policy_agent_escalations = Child(
    name="sla_policy_agent_escalations",
    doc="One row per agent notified when an SLA policy is about to be violated, or has been.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Rows(ESCALATIONS, reads=("escalation",)),
    columns=(
        text(
            "escalation_name",
            "Occasion: response, resolution.level_1 to level_4, reminder_response, ….",
            required=True,
        ),
        bigint("escalation_time", "Seconds after the violation; before it where negative."),
        bigint(
            "agent_id",
            "Agent notified; -1 is probably the assigned agent.",
            references="agents.id",
            required=True,
        ),
    ),
    key=("escalation_name", "agent_id"),
)

sla_policy_applicable_to_companies = Child(
    name="sla_policy_applicable_to_companies",
    doc="One row per company whose tickets an SLA policy applies to.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Elements("applicable_to", at="company_ids"),
    columns=(bigint("company_id", "Company.", path="value", references="companies.id", required=True),),
    key=("company_id",),
)

sla_policy_applicable_to_groups = Child(
    name="sla_policy_applicable_to_groups",
    doc="One row per group whose tickets an SLA policy applies to.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Elements("applicable_to", at="group_ids"),
    columns=(bigint("group_id", "Group.", path="value", references="groups.id", required=True),),
    key=("group_id",),
)

sla_policy_applicable_to_sources = Child(
    name="sla_policy_applicable_to_sources",
    doc="One row per source whose tickets an SLA policy applies to.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Elements("applicable_to", at="sources"),
    columns=(bigint("source", "Source, by the codes of tickets.source.", path="value", required=True),),
    key=("source",),
)

sla_policy_applicable_to_ticket_types = Child(
    name="sla_policy_applicable_to_ticket_types",
    doc="One row per type whose tickets an SLA policy applies to.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Elements("applicable_to", at="ticket_types"),
    columns=(text("ticket_type", "Type, as in tickets.type.", path="value", required=True),),
    key=("ticket_type",),
)

sla_policy_applicable_to_products = Child(
    name="sla_policy_applicable_to_products",
    doc="One row per product whose tickets an SLA policy applies to.",
    parent="sla_policies",
    by="sla_policy_id",
    cut=Elements("applicable_to", at="product_ids"),
    columns=(bigint("product_id", "Product.", path="value", references="products.id", required=True),),
    key=("product_id",),
)
