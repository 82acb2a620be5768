-- Which unresolved tickets have been summed up, and by whom?

select
  tickets.id as ticket_id,
  agents.contact_name as author,
  ticket_summaries.body_text,
  ticket_summaries.updated_at
from freshdesk.ticket_summaries
join freshdesk.tickets on tickets.id = ticket_summaries.ticket_id
left join freshdesk.agents on agents.id = ticket_summaries.user_id
where ticket_summaries._deleted_at is null
  and tickets.status not in (4, 5)
order by ticket_summaries.updated_at desc;

-- Who writes summaries, and how long after the ticket was created?

select
  agents.contact_name as author,
  count(*) as summaries,
  round(median(date_diff('minute', tickets.created_at, ticket_summaries.created_at)) / 60, 1) as median_hours
from freshdesk.ticket_summaries
join freshdesk.tickets on tickets.id = ticket_summaries.ticket_id
left join freshdesk.agents on agents.id = ticket_summaries.user_id
where ticket_summaries._deleted_at is null
group by agents.id, agents.contact_name
order by summaries desc, author;
