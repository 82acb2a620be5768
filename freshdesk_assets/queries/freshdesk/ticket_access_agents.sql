-- Who was given access to most tickets?

select
  agents.contact_name as agent_name,
  count(*) as tickets
from freshdesk.ticket_access_agents
left join freshdesk.agents on agents.id = ticket_access_agents.agent_id
where ticket_access_agents._deleted_at is null
group by agents.id, agents.contact_name
order by tickets desc, agent_name;

-- Which agents were given access to a ticket of a group that they are not in?

select
  agents.contact_name as agent_name,
  groups.name as group_name,
  count(*) as tickets
from freshdesk.ticket_access_agents
join freshdesk.tickets on tickets.id = ticket_access_agents.ticket_id
join freshdesk.agents on agents.id = ticket_access_agents.agent_id
join freshdesk.groups on groups.id = tickets.group_id
where ticket_access_agents._deleted_at is null
  and not list_contains(groups.agent_ids, ticket_access_agents.agent_id)
group by agents.id, agents.contact_name, groups.name
order by tickets desc, agent_name, group_name;
