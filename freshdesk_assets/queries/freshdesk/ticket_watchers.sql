-- Which unresolved tickets do most agents watch?

select
  tickets.id as ticket_id,
  tickets.subject,
  len(ticket_watchers.watcher_ids) as watchers
from freshdesk.ticket_watchers
join freshdesk.tickets on tickets.id = ticket_watchers.id
where ticket_watchers._deleted_at is null
  and len(ticket_watchers.watcher_ids) > 0
  and tickets.status not in (4, 5)
order by watchers desc, tickets.id
limit 20;

-- What part of the tickets of each priority does somebody watch?

select
  tickets.priority,
  count(*) as tickets,
  round(100 * count(*) filter (len(ticket_watchers.watcher_ids) > 0) / count(*), 1) as watched_percent
from freshdesk.ticket_watchers
join freshdesk.tickets on tickets.id = ticket_watchers.id
where ticket_watchers._deleted_at is null
group by tickets.priority
order by tickets.priority desc;
