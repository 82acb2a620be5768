-- How many tickets were solved, reopened and closed in the last weeks?

select
  date_trunc('week', ticket_events.at at time zone clock.zone) as week,
  count(*) filter (ticket_events.kind = 'resolved') as resolved,
  count(*) filter (ticket_events.kind = 'reopened') as reopened,
  count(*) filter (ticket_events.kind = 'closed') as closed
from metrics.ticket_events
cross join metrics.clock
group by week
order by week desc
limit 8;

-- At which hours do customers write?

select
  hour(ticket_events.at at time zone clock.zone) as hour,
  count(*) as messages
from metrics.ticket_events
cross join metrics.clock
where ticket_events.kind in ('created', 'customer_message')
group by hour
order by hour;
