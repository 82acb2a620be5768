"""Groups: the teams tickets are assigned to."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, boolean, json, text, timestamp
from freshdesk_assets.schema.endpoint import Fallback, RowCall
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

groups = Table(
    name="groups",
    doc="One row per group of agents; an account fills the columns of its old or of its new groups page.",
    path="admin/groups",
    # The new list sends agent_ids. Accounts without the groups page of 2021 have the old list only, which
    # does not: there a call per group does.
    fallback=Fallback("groups", row_call=RowCall("groups/{id}"), detail=("agent_ids",)),
    sync=FullList(),
    never_empty=True,
    history=("agent_ids", "business_calendar_id", "business_hour_id"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="groups",
    columns=(
        bigint("id", "Group's id.", required=True),
        text("name", "Group's name."),
        text("description", "What the group does."),
        text("type", "support_agent_group or field_agent_group; null on old accounts, see group_type."),
        text("group_type", "Same as type, on old accounts; null on new ones."),
        bigints("agent_ids", "Agents in the group.", references="agents.id"),
        # One documented row has [6] for an id; it does not fit and is kept in _extra as it came.
        bigint(
            "escalate_to",
            "Agent notified when a ticket waits too long; null if none.",
            references="agents.id",
        ),
        text(
            "unassigned_for",
            "How long a ticket waits until escalate_to is notified: 30m, 1h, …, 3d; also seen: 30.",
        ),
        bigint(
            "business_calendar_id",
            "Business hours the group works in; null if none of its own.",
            references="business_hours.id",
        ),
        bigint(
            "business_hour_id",
            "Same as business_calendar_id, on old accounts; null on new ones.",
            references="business_hours.id",
        ),
        # 0, 1, 2, 3 or 12 today, true or false on older accounts: JSON, so that true does not become 1.
        json("auto_ticket_assign", "Code of automatic assignment, 0 or false for none; old accounts only."),
        boolean(
            "automatic_agent_assignment_enabled",
            "Whether tickets are assigned automatically; null on old accounts.",
            path="automatic_agent_assignment.enabled",
        ),
        text(
            "automatic_agent_assignment_type",
            "channel_specific where each channel has settings; null if not assigned automatically.",
            path="automatic_agent_assignment.type",
        ),
        json(
            "automatic_agent_assignment_settings",
            "Per channel (ticket, chat): assignment_type and its settings.",
            path="automatic_agent_assignment.settings",
        ),
        boolean(
            "allow_agents_to_change_availability",
            "Whether agents may switch their own availability; null on old accounts.",
        ),
        text("sync_status", "State of the copy in other Freshworks products; omnichannel only."),
        boolean(
            "agent_availability_status",
            "Whether agents show there whether they take tickets; null on older accounts.",
        ),
        timestamp("created_at", "When the group was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

group_agents = Child(
    name="group_agents",
    doc="One row per agent of a group, as the group's own row has it.",
    parent="groups",
    by="group_id",
    cut=Elements("agent_ids"),
    columns=(bigint("agent_id", "Agent.", path="value", references="agents.id", required=True),),
    key=("agent_id",),
)
