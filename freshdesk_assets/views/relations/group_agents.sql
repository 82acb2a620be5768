-- One row per agent of a group, with both names, as the group's row has it.
--
-- group_id: Row of groups it is part of. -> groups.id
-- group_name: Name of the group.
-- agent_id: Agent. -> agents.id
-- agent_name: Name of the agent.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  group_agents.group_id,
  groups.name as group_name,
  group_agents.agent_id,
  agents.contact_name as agent_name,
  group_agents._deleted_at is not null as deleted_in_freshdesk
from freshdesk.group_agents
left join freshdesk.groups on groups.id = group_agents.group_id
left join freshdesk.agents on agents.id = group_agents.agent_id
