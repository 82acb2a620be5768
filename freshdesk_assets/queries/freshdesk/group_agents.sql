-- How are the unresolved tickets of each group spread over its agents?

select
  groups.name as group_name,
  agents.contact_name as agent_name,
  agents.available,
  count(tickets.id) as unresolved_tickets
from freshdesk.group_agents
join freshdesk.groups on groups.id = group_agents.group_id
left join freshdesk.agents on agents.id = group_agents.agent_id
left join freshdesk.tickets
  on tickets.group_id = group_agents.group_id
  and tickets.responder_id = group_agents.agent_id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where group_agents._deleted_at is null
group by groups.name, agents.id, agents.contact_name, agents.available
order by groups.name, unresolved_tickets desc;

-- Which groups have fewer than two available agents?

select
  groups.name as group_name,
  count(group_agents.agent_id) as agents,
  count(group_agents.agent_id) filter (agents.available) as available
from freshdesk.groups
left join freshdesk.group_agents
  on group_agents.group_id = groups.id
  and group_agents._deleted_at is null
left join freshdesk.agents on agents.id = group_agents.agent_id
where groups._deleted_at is null
group by groups.id, groups.name
having count(group_agents.agent_id) filter (agents.available) < 2
order by available, groups.name;
