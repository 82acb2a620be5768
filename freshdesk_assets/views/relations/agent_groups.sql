-- One row per group of an agent, with both names, as the agent's row has it.
--
-- agent_id: Row of agents it is part of. -> agents.id
-- agent_name: Name of the agent.
-- group_id: Group. -> groups.id
-- group_name: Name of the group.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  agent_groups.agent_id,
  agents.contact_name as agent_name,
  agent_groups.group_id,
  groups.name as group_name,
  agent_groups._deleted_at is not null as deleted_in_freshdesk
from freshdesk.agent_groups
left join freshdesk.groups on groups.id = agent_groups.group_id
left join freshdesk.agents on agents.id = agent_groups.agent_id
