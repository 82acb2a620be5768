-- One row per agent, with the names of their groups and roles.
--
-- id: Agent's id, shared with contacts.
-- name: Full name.
-- email: E-mail address they sign in with.
-- type: support_agent, field_agent or collaborator.
-- ticket_scope: Tickets they can see: 1 All, 2 Their groups', 3 Their own.
-- ticket_scope_label: Which tickets they can see.
-- occasional: Whether on day passes rather than full-time.
-- available: Whether taking tickets that are assigned automatically.
-- deactivated: Whether the account is switched off; false on older accounts.
-- group_names: Names of their groups.
-- role_names: Names of their roles.
-- job_title: Job title.
-- last_login_at: Latest sign-in; null if never.
-- last_active_at: When they were last active; null if never.
-- created_at: When they became an agent.
-- updated_at: When the row last changed; any activity of the agent moves it.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with memberships as (
  select
    agent_groups.agent_id,
    count(*) as how_many,
    cast(list(groups.name order by groups.name) as varchar[]) as names
  from freshdesk.agent_groups
  left join freshdesk.groups on groups.id = agent_groups.group_id
  where agent_groups._deleted_at is null
  group by agent_groups.agent_id
),
duties as (
  select
    agent_roles.agent_id,
    count(*) as how_many,
    cast(list(roles.name order by roles.name) as varchar[]) as names
  from freshdesk.agent_roles
  left join freshdesk.roles on roles.id = agent_roles.role_id
  where agent_roles._deleted_at is null
  group by agent_roles.agent_id
)
select
  agents.id,
  agents.contact_name as name,
  agents.contact_email as email,
  agents.type,
  agents.ticket_scope,
  case agents.ticket_scope
    when 1 then 'All tickets'
    when 2 then 'Their groups'' tickets'
    when 3 then 'Their own tickets'
  end as ticket_scope_label,
  agents.occasional,
  agents.available,
  agents.deactivated,
  memberships.names as group_names,
  duties.names as role_names,
  agents.contact_job_title as job_title,
  agents.contact_last_login_at as last_login_at,
  agents.last_active_at,
  agents.created_at,
  agents.updated_at,
  agents._deleted_at is not null as deleted_in_freshdesk
from freshdesk.agents
left join memberships on memberships.agent_id = agents.id
left join duties on duties.agent_id = agents.id
