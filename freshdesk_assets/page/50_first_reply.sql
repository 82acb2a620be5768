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
  page_tickets.of_group,
  cast(date_trunc('week', page_tickets.first_reply_at at time zone getvariable('page_zone')) as date) as week,
  count(page_tickets.first_reply_business_seconds) as tickets,
  count(*) - count(page_tickets.first_reply_business_seconds) as not_known,
  avg(page_tickets.first_reply_business_seconds) / 3600 as mean,
  median(page_tickets.first_reply_business_seconds) / 3600 as median,
  quantile_cont(page_tickets.first_reply_business_seconds, 0.9) / 3600 as p90
from page_tickets
where page_tickets.first_reply_at >= getvariable('page_as_of') - interval 26 weeks
  and page_tickets.first_reply_seconds is not null
group by grouping sets ((1, 2), (2))
order by 1, 2
