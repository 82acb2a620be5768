-- Which files came with tickets that are not resolved, the largest first?

select
  tickets.id as ticket_id,
  ticket_attachments.name as file,
  ticket_attachments.content_type,
  ticket_attachments.size
from freshdesk.ticket_attachments
join freshdesk.tickets on tickets.id = ticket_attachments.ticket_id
where ticket_attachments._deleted_at is null
  and tickets.status not in (4, 5)
order by ticket_attachments.size desc
limit 20;

-- How many megabytes of each kind of file came with tickets in each week?

select
  date_trunc('week', tickets.created_at at time zone 'UTC') as week,
  ticket_attachments.content_type,
  count(*) as files,
  round(sum(ticket_attachments.size) / 1048576, 1) as megabytes
from freshdesk.ticket_attachments
join freshdesk.tickets on tickets.id = ticket_attachments.ticket_id
where ticket_attachments._deleted_at is null
group by all
order by week desc, megabytes desc;
