-- Which agents are in which groups?

select
  agents.contact_name as agent_name,
  list(groups.name order by groups.name) as group_names
from freshdesk.agent_groups
join freshdesk.agents on agents.id = agent_groups.agent_id
left join freshdesk.groups on groups.id = agent_groups.group_id
where agent_groups._deleted_at is null
group by agents.id, agents.contact_name
order by agents.contact_name;

-- How many tickets without an agent wait in the groups of each agent?

select
  agents.contact_name as agent_name,
  count(tickets.id) as waiting,
  min(tickets.created_at) as oldest
from freshdesk.agent_groups
join freshdesk.agents on agents.id = agent_groups.agent_id
left join freshdesk.tickets
  on tickets.group_id = agent_groups.group_id
  and tickets.responder_id is null
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where agent_groups._deleted_at is null
group by agents.id, agents.contact_name
order by waiting desc;
