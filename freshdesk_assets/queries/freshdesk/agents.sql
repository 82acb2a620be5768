-- How many unresolved tickets has each agent, and who is available?

select
  agents.contact_name as agent_name,
  agents.available,
  count(tickets.id) as unresolved_tickets,
  count(tickets.id) filter (tickets.priority = 4) as urgent,
  min(tickets.created_at) as oldest
from freshdesk.agents
left join freshdesk.tickets
  on tickets.responder_id = agents.id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where agents._deleted_at is null
group by agents.id, agents.contact_name, agents.available
order by unresolved_tickets desc;

-- Which full-time agents have not been active for thirty days?

select
  agents.contact_name as agent_name,
  agents.contact_email,
  agents.last_active_at,
  agents.contact_last_login_at
from freshdesk.agents
where not agents.occasional
  and coalesce(agents.last_active_at < now() - interval 30 days, true)
  and agents._deleted_at is null
order by agents.last_active_at;
