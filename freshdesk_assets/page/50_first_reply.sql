-- First reply
--
-- Business hours from a ticket's creation to its first public reply of an agent, by the week in which it was answered.
--
-- width: half
--
-- week: Week of
-- tickets: Tickets
-- not_known: Without business hours
-- mean [hours]: Mean
-- median [hours]: Median
-- p90 [hours]: 90 % within

select
  coalesce(ticket_metrics.group_name, 'Group ' || ticket_metrics.group_id, 'No group') as of_group,
  cast(date_trunc('week', ticket_metrics.first_reply_at at time zone clock.zone) as date) as week,
  count(ticket_metrics.first_reply_business_seconds) as tickets,
  count(*) - count(ticket_metrics.first_reply_business_seconds) as not_known,
  avg(ticket_metrics.first_reply_business_seconds) / 3600 as mean,
  median(ticket_metrics.first_reply_business_seconds) / 3600 as median,
  quantile_cont(ticket_metrics.first_reply_business_seconds, 0.9) / 3600 as p90
from metrics.ticket_metrics
cross join metrics.clock
where ticket_metrics.is_current
  and ticket_metrics.first_reply_at >= clock.as_of - interval 26 weeks
  and ticket_metrics.first_reply_seconds is not null
group by grouping sets ((1, 2), (2))
order by 1, 2
