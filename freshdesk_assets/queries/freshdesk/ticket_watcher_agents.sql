-- Who watches most tickets that are not resolved and are not their own?

select
  agents.contact_name as agent_name,
  count(*) as tickets
from freshdesk.ticket_watcher_agents
join freshdesk.tickets on tickets.id = ticket_watcher_agents.ticket_id
left join freshdesk.agents on agents.id = ticket_watcher_agents.agent_id
where ticket_watcher_agents._deleted_at is null
  and tickets.status not in (4, 5)
  and tickets.responder_id is distinct from ticket_watcher_agents.agent_id
group by agents.id, agents.contact_name
order by tickets desc, agent_name;

-- Whose tickets does each agent watch?

select
  watchers.contact_name as agent_name,
  coalesce(owners.contact_name, '(nobody)') as assigned_to,
  count(*) as tickets
from freshdesk.ticket_watcher_agents
join freshdesk.tickets on tickets.id = ticket_watcher_agents.ticket_id
left join freshdesk.agents as watchers on watchers.id = ticket_watcher_agents.agent_id
left join freshdesk.agents as owners on owners.id = tickets.responder_id
where ticket_watcher_agents._deleted_at is null
group by agent_name, assigned_to
order by tickets desc, agent_name, assigned_to
limit 20;
