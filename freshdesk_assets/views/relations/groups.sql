-- One row per group, with its agents and whom it escalates to.
--
-- id: Group's id.
-- name: Group's name.
-- description: What the group does.
-- type: support_agent_group or field_agent_group.
-- agents: How many agents it has.
-- agent_names: Names of its agents.
-- escalate_to: Agent notified when a ticket waits too long; null if none. -> agents.id
-- escalate_to_name: Name of the agent told when a ticket waits too long.
-- unassigned_for: How long a ticket waits until escalate_to is notified: 30m, 1h, …, 3d; also seen: 30.
-- business_hours_id: Business hours it works in. -> business_hours.id
-- business_hours_name: Name of those business hours.
-- created_at: When the group was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with members as (
  select
    group_agents.group_id,
    count(*) as how_many,
    cast(list(agents.contact_name order by agents.contact_name) as varchar[]) as names
  from freshdesk.group_agents
  left join freshdesk.agents on agents.id = group_agents.agent_id
  where group_agents._deleted_at is null
  group by group_agents.group_id
)
select
  groups.id,
  groups.name,
  groups.description,
  coalesce(groups.type, groups.group_type) as type,
  coalesce(members.how_many, 0) as agents,
  members.names as agent_names,
  groups.escalate_to,
  agents.contact_name as escalate_to_name,
  groups.unassigned_for,
  coalesce(groups.business_calendar_id, groups.business_hour_id) as business_hours_id,
  business_hours.name as business_hours_name,
  groups.created_at,
  groups.updated_at,
  groups._deleted_at is not null as deleted_in_freshdesk
from freshdesk.groups
left join members on members.group_id = groups.id
left join freshdesk.agents on agents.id = groups.escalate_to
left join freshdesk.business_hours
  on business_hours.id = coalesce(groups.business_calendar_id, groups.business_hour_id)
