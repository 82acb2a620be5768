-- Which three tickets of each group have stayed unresolved for longest?

select
  groups.name as group_name,
  tickets.id,
  tickets.subject,
  tickets.created_at
from freshdesk.tickets
left join freshdesk.groups on groups.id = tickets.group_id
where tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
qualify row_number() over (partition by tickets.group_id order by tickets.created_at) <= 3
order by groups.name, tickets.created_at;

-- Which tickets were reopened in the last seven days, and whose are they?

select
  tickets.id,
  tickets.subject,
  tickets.reopened_at,
  agents.contact_name as agent_name
from freshdesk.tickets
left join freshdesk.agents on agents.id = tickets.responder_id
where tickets.reopened_at >= now() - interval 7 days
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
order by tickets.reopened_at desc;

-- How many hours do the first response and the resolution take, by priority?

select
  tickets.priority,
  count(*) as tickets,
  round(median(date_diff('minute', tickets.created_at, tickets.first_responded_at)) / 60, 1)
    as median_hours_to_response,
  round(median(date_diff('minute', tickets.created_at, tickets.resolved_at)) / 60, 1)
    as median_hours_to_resolution
from freshdesk.tickets
where not tickets.spam
  and not tickets.deleted
group by tickets.priority
order by tickets.priority desc;
