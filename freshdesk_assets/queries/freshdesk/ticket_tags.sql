-- Which tags were given to more tickets of the last seven days than of the seven before?

with uses as (
  select
    ticket_tags.tag,
    count(*) filter (tickets.created_at >= now() - interval 7 days) as last_week,
    count(*) filter (tickets.created_at < now() - interval 7 days) as week_before
  from freshdesk.ticket_tags
  join freshdesk.tickets on tickets.id = ticket_tags.ticket_id
  where tickets.created_at >= now() - interval 14 days
    and not tickets.spam
    and not tickets.deleted
  group by ticket_tags.tag
)
select
  uses.tag,
  uses.last_week,
  uses.week_before
from uses
order by uses.last_week - uses.week_before desc, uses.tag;

-- What part of each tag's tickets is late by its SLA?

select
  ticket_tags.tag,
  count(*) as tickets,
  round(100.0 * count(*) filter (tickets.is_escalated) / count(*)) as percent_late
from freshdesk.ticket_tags
join freshdesk.tickets on tickets.id = ticket_tags.ticket_id
where not tickets.spam
  and not tickets.deleted
group by ticket_tags.tag
order by percent_late desc, ticket_tags.tag;
