"""Automation rules: what Freshdesk does by itself when a ticket is created, is updated, or has waited."""

from freshdesk_assets.schema.child import Child, Elements, Rows
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.endpoint import Kept, Listing
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

SET_BY_RULES = (
    "priority",
    "status",
    "ticket_type",
    "type",
    "source",
    "group_id",
    "internal_group_id",
    "responder_id",
    "internal_agent_id",
    "product_id",
    "add_tag",
    "tags",
    "skill_id",
    "cf_*",
)
"""Fields that an action sets to a value that is no secret. Of all other actions no value is kept."""

TEXTS = (
    "content",
    "email_body",
    "email_subject",
    "note_body",
    "fwd_note_body",
    "fwd_to",
    "push_to",
    "slack_text",
    "office365_text",
)
"""What an action writes: its words are not kept, only that there are some."""

PLAIN = (
    "id",
    "name",
    "description",
    "position",
    "active",
    "automation_type_id",
    "performer.type",
    "performer.members",
    "operator",
    "outdated",
    "last_updated_by",
    "affected_tickets_count",
    "created_at",
    "updated_at",
)
CHANGED = ("field_name", "from", "to", "value", "nested_fields", "from_nested_field", "to_nested_field")
OF_A_PROPERTY = (
    "resource_type",
    "field_name",
    "operator",
    "value",
    "business_hours_id",
    "case_sensitive",
    "nested_fields",
    "associated_fields",
    "related_conditions",
)

# A webhook's address, headers and body hold what opens another system (docs/freshdesk_api.md, 4.21). So what
# may be kept is listed, rather than what may not: a key that Freshdesk adds is dropped until it is looked at.
KEPT = (
    *(Kept(path) for path in PLAIN),
    *(Kept(f"events[].{key}") for key in CHANGED),
    *(Kept(f"conditions[].{key}") for key in ("name", "match_type")),
    *(Kept(f"conditions[].properties[].{key}") for key in OF_A_PROPERTY),
    # So it is spelled in some replies.
    Kept("conditions[].properties[].case_senstive", to="case_sensitive"),
    *(Kept(f"actions[].{key}") for key in ("field_name", "resource_type", "request_type", "notify_agents")),
    Kept("actions[].value", where=("field_name", SET_BY_RULES)),
    Kept("actions[].url", to="url_host", host=True),
    *(Kept(f"actions[].{key}", to="has_body", there=True) for key in TEXTS),
)

automation_rules = Table(
    name="automation_rules",
    doc="One row per rule by which Freshdesk changes tickets by itself.",
    path="automations/1/rules",
    listings=(
        Listing(name="creation", path="automations/1/rules", defaults={"automation_type_id": 1}),
        Listing(name="hourly", path="automations/3/rules", defaults={"automation_type_id": 3}),
        Listing(name="update", path="automations/4/rules", defaults={"automation_type_id": 4}),
    ),
    sync=FullList(),
    optional=True,
    rows_at="rules",
    kept=KEPT,
    history=("name", "active", "position", "conditions", "actions"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="automations",
    columns=(
        bigint("id", "Rule's id, in automation_id of conversations.", required=True),
        text("name", "Name of the rule."),
        text("description", "What it is for."),
        integer("position", "Place in the order in which rules are tried, from 1."),
        boolean("active", "Whether it is carried out."),
        integer(
            "automation_type_id",
            "When it is tried: 1 A ticket is created, 3 Every hour, 4 A ticket is updated.",
            accepted=(1, 3, 4),
        ),
        json("performer", "Whose change it heeds: type, and the ids of members; rules for updates only."),
        json("events", "Changes that it heeds: field_name, from, to, value; rules for updates only."),
        json("conditions", "What a ticket must meet: sets of properties."),
        text("operator", "How the sets of conditions are combined."),
        json(
            "actions",
            "What it does: of each the field, a value where that is a property of the ticket, and a webhook's"
            " host. Addresses, texts, headers and passwords are not stored.",
        ),
        boolean("outdated", "Whether it names something that no longer exists."),
        bigint("last_updated_by", "Agent who last changed it; null if unknown.", references="agents.id"),
        bigint("affected_tickets_count", "Tickets it changed lately, as Freshdesk counts; null if unknown."),
        timestamp("created_at", "When the rule was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

automation_rule_actions = Child(
    name="automation_rule_actions",
    doc="One row per thing that a rule does.",
    parent="automation_rules",
    by="automation_rule_id",
    cut=Elements("actions"),
    columns=(
        text("field_name", "What it does, or the field that it sets.", path="value.field_name"),
        json(
            "value",
            "What the field is set to; null where it is no property of a ticket, since such are not stored.",
            path="value.value",
        ),
        text("resource_type", "Whose field it is.", path="value.resource_type"),
        text("request_type", "Method of the webhook; null for other actions.", path="value.request_type"),
        text("url_host", "Host that the webhook calls; the rest is not stored.", path="value.url_host"),
        json("notify_agents", "Ids of agents who are told.", path="value.notify_agents"),
        boolean(
            "has_body", "Whether it writes a text, which is not stored.", path="value.has_body", default=False
        ),
    ),
    key=("position",),
)

CONDITIONS = """
select
  p.id as automation_rule_id,
  cast(s.key as integer) as set,
  s.value ->> '$.name' as set_name,
  s.value ->> '$.match_type' as match_type,
  cast(c.key as integer) as position,
  c.value ->> '$.resource_type' as resource_type,
  c.value ->> '$.field_name' as field_name,
  c.value ->> '$.operator' as operator,
  case when json_type(c.value -> '$.value') <> 'NULL' then c.value -> '$.value' end as value,
  try_cast(c.value ->> '$.business_hours_id' as bigint) as business_hours_id,
  try_cast(c.value ->> '$.case_sensitive' as boolean) as case_sensitive
from parents p, json_each(p.conditions) s, json_each(s.value -> '$.properties') c
where json_type(p.conditions) = 'ARRAY' and json_type(s.value -> '$.properties') = 'ARRAY'
"""

automation_rule_conditions = Child(
    name="automation_rule_conditions",
    doc="One row per condition of a rule.",
    parent="automation_rules",
    by="automation_rule_id",
    cut=Rows(CONDITIONS, reads=("conditions",)),
    columns=(
        integer("set", "Place of its set among the rule's, from 0.", required=True),
        text("set_name", "Name of the set."),
        text("match_type", "all or any: how many conditions of the set must be met."),
        integer("position", "Place in the set, from 0.", required=True),
        text("resource_type", "ticket, contact or company: whose field it is."),
        text("field_name", "Field that is looked at."),
        text("operator", "How it is compared."),
        json("value", "What it is compared with."),
        bigint(
            "business_hours_id",
            "Calendar by which its time is counted; null if none.",
            references="business_hours.id",
        ),
        boolean("case_sensitive", "Whether capitals matter; null if they cannot."),
    ),
    key=("set", "position"),
)
