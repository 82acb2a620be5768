"""Skills: what tickets need and agents have, on accounts that route by skill."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, integer, json, text, timestamp
from freshdesk_assets.schema.endpoint import Fallback
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

skills = Table(
    name="skills",
    doc="One row per skill by which tickets are routed to agents.",
    path="admin/skills",
    # Accounts with the older routing have the list at its old path only.
    fallback=Fallback("skills"),
    sync=FullList(),
    optional=True,
    rows_at="skills",
    group="setup",
    cadence=Cadence.SLOW,
    docs="skills",
    columns=(
        bigint("id", "Skill's id, in skill_ids of agents.", required=True),
        text("name", "Name of the skill."),
        integer("rank", "Place in the order in which skills are tried, from 1."),
        text("match_type", "all or any: how many of the conditions a ticket must meet."),
        json("conditions", "What a ticket must meet to need the skill."),
        json("agents", "Agents who have it: id, name.", pii=True),
        timestamp("created_at", "When the skill was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

skill_agents = Child(
    name="skill_agents",
    doc="One row per skill and agent who has it.",
    parent="skills",
    by="skill_id",
    cut=Elements("agents"),
    columns=(
        bigint(
            "agent_id", "Agent who has the skill.", path="value.id", references="agents.id", required=True
        ),
    ),
    key=("agent_id",),
)

skill_conditions = Child(
    name="skill_conditions",
    doc="One row per condition that a ticket must meet to need a skill.",
    parent="skills",
    by="skill_id",
    cut=Elements("conditions"),
    columns=(
        text("resource_type", "ticket, contact or company: whose field it is.", path="value.resource_type"),
        text("field_name", "Field that is looked at.", path="value.field_name"),
        text("operator", "in, not_in, is or is_not.", path="value.operator"),
        json("value", "What the field is compared with.", path="value.value"),
        json("nested_fields", "Further levels of a nested field.", path="value.nested_fields"),
    ),
    key=("position",),
)
