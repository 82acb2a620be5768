-- How much is unresolved in each group, and how much of it has no agent, or is open past its due time?

select
  groups.name as group_name,
  count(tickets.id) as unresolved_tickets,
  count(tickets.id) filter (tickets.responder_id is null) as without_agent,
  count(tickets.id) filter (tickets.status = 2 and tickets.due_by < now()) as open_and_overdue
from freshdesk.groups
left join freshdesk.tickets
  on tickets.group_id = groups.id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where groups._deleted_at is null
group by groups.id, groups.name
order by unresolved_tickets desc;

-- Who is told when a ticket of a group waits for an agent, and after how long?

select
  groups.name as group_name,
  groups.unassigned_for,
  agents.contact_name as told
from freshdesk.groups
left join freshdesk.agents on agents.id = groups.escalate_to
where groups._deleted_at is null
order by groups.name;
