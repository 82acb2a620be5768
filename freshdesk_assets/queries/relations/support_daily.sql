-- How did the last fourteen days go?

select
  support_daily.day,
  support_daily.tickets_opened,
  support_daily.tickets_resolved,
  support_daily.tickets_open,
  support_daily.first_response_hours_median,
  support_daily.percent_happy
from relations.support_daily
order by support_daily.day desc
limit 14;

-- Does the backlog grow from month to month?

select
  date_trunc('month', support_daily.day) as month,
  sum(support_daily.tickets_opened) as opened,
  sum(support_daily.tickets_resolved) as resolved,
  arg_max(support_daily.tickets_open, support_daily.day) as open_at_the_end
from relations.support_daily
group by date_trunc('month', support_daily.day)
order by month;
