-- Which agents have which roles?

select
  agent_roles.role_name,
  list(agent_roles.agent_name order by agent_roles.agent_name) as agent_names
from relations.agent_roles
where not agent_roles.deleted_in_freshdesk
group by agent_roles.role_name
order by agent_roles.role_name;

-- Which agents are more than agents, yet see only a part of the tickets?

select
  agent_roles.agent_name,
  agent_roles.role_name,
  agents.ticket_scope_label
from relations.agent_roles
join relations.agents on agents.id = agent_roles.agent_id
where agent_roles.role_name <> 'Agent'
  and agents.ticket_scope <> 1
  and not agent_roles.deleted_in_freshdesk
order by agent_roles.agent_name;
