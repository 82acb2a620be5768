-- One row per role of an agent, with both names.
--
-- agent_id: Row of agents it is part of. -> agents.id
-- agent_name: Name of the agent.
-- role_id: Role. -> roles.id
-- role_name: Name of the role.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  agent_roles.agent_id,
  agents.contact_name as agent_name,
  agent_roles.role_id,
  roles.name as role_name,
  agent_roles._deleted_at is not null as deleted_in_freshdesk
from freshdesk.agent_roles
left join freshdesk.agents on agents.id = agent_roles.agent_id
left join freshdesk.roles on roles.id = agent_roles.role_id
