-- Which tickets are open past their due time, and whose are they?

select
  tickets.id,
  tickets.subject,
  tickets.priority_label,
  tickets.group_name,
  tickets.agent_name,
  tickets.due_by
from relations.tickets
where tickets.due_by < now()
  and tickets.status_label = 'Open'
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
order by tickets.due_by;

-- How many tickets were opened in each week, by the way they came in?

select
  date_trunc('week', tickets.created_at at time zone 'UTC') as week,
  tickets.source_label,
  count(*) as tickets
from relations.tickets
where not tickets.spam
  and not tickets.deleted
group by all
order by week desc, tickets desc;

-- In which status are the unresolved tickets of each group?

select
  tickets.group_name,
  tickets.status_label,
  count(*) as tickets,
  min(tickets.created_at) as oldest
from relations.tickets
where tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
group by all
order by tickets.group_name, tickets desc;
