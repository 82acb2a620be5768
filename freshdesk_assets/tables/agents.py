"""Agents: the people who answer."""

from datetime import timedelta

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.endpoint import RowCall, Told
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table

# Nothing says that joining or leaving a group moves an agent's updated_at (docs/freshdesk_api.md, 4.10). The
# list of groups is read anyway, for a credit, and has every membership. An agent whose memberships differ
# there is asked for again, once.
MEMBERSHIP_CHANGED = """
exists (
  select 1
  from freshdesk.groups g
  where g.agent_ids is not null
    and greatest(g._synced_at, g._deleted_at) > r.read_at
    and (g._deleted_at is null and list_contains(g.agent_ids, p.id))
      <> list_contains(coalesce(p.group_ids, []), g.id)
)
"""

# The list of skills has the agents of each, as the list of groups has the members.
HAS_SKILL = "coalesce(list_contains(try_cast(json_extract(s.agents, '$[*].id') as bigint[]), p.id), false)"

# Where these lists are not there, or tell something else than the agent's own call, nothing is spared.
GROUPS_AND_SKILLS_TOLD = f"""
list_sort(list_distinct(coalesce(p.group_ids, []))) = (
  select coalesce(list(g.id order by g.id), [])
  from freshdesk.groups g
  where g._deleted_at is null and list_contains(g.agent_ids, p.id)
)
and list_sort(list_distinct(coalesce(p.skill_ids, []))) = (
  select coalesce(list(s.id order by s.id), [])
  from freshdesk.skills s
  where s._deleted_at is null and {HAS_SKILL}
)
"""

SKILLS_CHANGED = f"""
exists (
  select 1
  from freshdesk.skills s
  where s.agents is not null
    and greatest(s._synced_at, s._deleted_at) > coalesce(r.asked_at, r.read_at)
    and (s._deleted_at is null and {HAS_SKILL}) <> list_contains(coalesce(p.skill_ids, []), s.id)
)
"""

# Of a group's members one list, for a credit, tells the roles (docs/freshdesk_api.md, 4.11). Nothing but an
# agent's own call tells in which groups they help out (docs/costs.md, Agents in groups).
TOLD = Told(
    by="group_agent_roles",
    column="id",
    same=("role_ids",),
    within=timedelta(days=2),
    every=timedelta(days=7, hours=-4),
    where=GROUPS_AND_SKILLS_TOLD,
    stale=SKILLS_CHANGED,
    after=("groups", "skills"),
)

agents = Table(
    name="agents",
    doc="One row per agent; a deleted agent becomes a contact with the same id and leaves the list.",
    path="agents",
    sync=FullList(),
    never_empty=True,
    # Only the row's own call sends memberships and roles, for a credit. updated_at moves with last_active_at
    # and is no sign of either (docs/freshdesk_api.md, 4.10): so the call is made once a day, moved or not,
    # where no other table tells the same.
    row_call=RowCall(
        "agents/{id}", every=timedelta(hours=20), stale=MEMBERSHIP_CHANGED, after=("groups",), told=TOLD
    ),
    history=("group_ids", "role_ids", "available", "occasional"),
    group="people",
    docs="agents",
    columns=(
        bigint("id", "Agent's id, shared with contacts.", required=True),
        text(
            "type",
            "support_agent, field_agent or collaborator.",
            accepted=("support_agent", "field_agent", "collaborator"),
        ),
        integer(
            "ticket_scope", "Tickets they can see: 1 All, 2 Their groups', 3 Their own.", accepted=(1, 2, 3)
        ),
        boolean("occasional", "Whether on day passes rather than full-time."),
        boolean("available", "Whether taking tickets that are assigned automatically."),
        timestamp("available_since", "When they last became available; null if never."),
        boolean("focus_mode", "Whether they are shown one ticket after the other."),
        boolean(
            "deactivated", "Whether the account is switched off; false on older accounts.", default=False
        ),
        boolean(
            "freshcaller_agent",
            "Whether also an agent of Freshcaller; false unless the account is omnichannel.",
            default=False,
        ),
        boolean(
            "freshchat_agent",
            "Whether also an agent of Freshchat; false unless the account is omnichannel.",
            default=False,
        ),
        text("signature", "Signature below their replies, in HTML.", prose=True),
        bigints("group_ids", "Groups they belong to.", references="groups.id", detail=True),
        bigints(
            "contribution_group_ids",
            "Groups they help out in; may be a week old.",
            references="groups.id",
            detail=True,
        ),
        bigints("role_ids", "Roles they have.", references="roles.id", detail=True),
        bigints(
            "skill_ids", "Skills by which tickets are routed to them.", detail=True, references="skills.id"
        ),
        text("contact_name", "Full name.", path="contact.name", pii=True),
        text("contact_email", "E-mail address they sign in with.", path="contact.email", pii=True),
        text("contact_phone", "Telephone number.", path="contact.phone", pii=True),
        text("contact_mobile", "Mobile number.", path="contact.mobile", pii=True),
        text("contact_job_title", "Job title.", path="contact.job_title", pii=True),
        text("contact_language", "Language code (en, de, pt-BR, …).", path="contact.language"),
        text("contact_time_zone", "Time zone, by its Rails name.", path="contact.time_zone"),
        boolean("contact_active", "Whether the e-mail address is verified.", path="contact.active"),
        timestamp("contact_last_login_at", "Latest sign-in; null if never.", path="contact.last_login_at"),
        timestamp("contact_created_at", "When their contact record was created.", path="contact.created_at"),
        timestamp("contact_updated_at", "When their contact record last changed.", path="contact.updated_at"),
        timestamp("last_active_at", "When they were last active; null if never."),
        boolean("api_key_enabled", "Whether they have a key for the API; null on older accounts."),
        json("agent_operational_status", "Status they chose: id, name; null if none, and on older accounts."),
        timestamp("created_at", "When they became an agent."),
        timestamp("updated_at", "When the row last changed; any activity of the agent moves it."),
    ),
)

agent_groups = Child(
    name="agent_groups",
    doc="One row per group of an agent, as the agent's own row has it.",
    parent="agents",
    by="agent_id",
    cut=Elements("group_ids"),
    columns=(bigint("group_id", "Group.", path="value", references="groups.id", required=True),),
    key=("group_id",),
)

agent_roles = Child(
    name="agent_roles",
    doc="One row per role of an agent.",
    parent="agents",
    by="agent_id",
    cut=Elements("role_ids"),
    columns=(bigint("role_id", "Role.", path="value", references="roles.id", required=True),),
    key=("role_id",),
)
